/**
 * `tsdocker logout`: forgets the credentials for a registry.
 *
 * @module
 */
import { DEFAULT_REGISTRY } from "../../oci/reference.ts";
import { openRegistries } from "../../engine/images/registry_access.ts";
import { registryOf } from "../../registry/host.ts";
import { defineCommand } from "../command.ts";
import { printable } from "../output/printable.ts";
import { registrySetupOf } from "../registry_setup.ts";

/** The command `logout`. */
export const logoutCommand = defineCommand({
  summary: "Log out of a registry",
  description: "Without a registry, the default one is meant.",
  positionals: [{ name: "REGISTRY", optional: true }],
  flags: {},
}, async ({ positionals: [address] }, context) => {
  const registry = address === undefined
    ? DEFAULT_REGISTRY
    : registryOf(address);
  using access = openRegistries(
    registrySetupOf(context.env),
    new AbortController().signal,
  );
  const name = printable(registry);
  context.stdout.write(
    await access.keeper.forget(registry)
      ? `Removing login credentials for ${name}\n`
      : `Not logged in to ${name}\n`,
  );
  return 0;
});
