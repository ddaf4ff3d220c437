/**
 * `tsdocker network rm`: removes networks.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { hasNetwork } from "../../../engine/networks/list_all_networks.ts";
import { removeNetwork } from "../../../engine/networks/remove_network.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";
import { forEachTarget } from "../../targets.ts";

/** The command `network rm`. */
export const networkRmCommand = defineCommand({
  summary: "Remove networks",
  description: "A network that a container has an address of is not " +
    "removed. All are tried, even if one fails.",
  positionals: [{ name: "NETWORK", repeats: true }],
  flags: {
    force: {
      type: "boolean",
      long: "force",
      short: "f",
      description: "Forgive missing ones",
    },
  },
}, async ({ options: { force }, positionals }, context) => {
  const engine = engineOf(context);
  // Who is dead has no address any more.
  await settle(engine);
  const { paths } = engine;
  // As in docker, nothing is said of those that are forgiven.
  const there = force
    ? positionals.filter((name) => hasNetwork(paths, name))
    : positionals;
  return await forEachTarget(there, context, {
    force,
    act: (name) => removeNetwork(paths, name),
  });
});
