/**
 * `tsdocker network rm`: removes networks.
 *
 * @module
 */
import { NotFoundError } from "../../../base/errors.ts";
import { settle } from "../../../engine/containers/reconcile.ts";
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
  return await forEachTarget(positionals, context, {
    force,
    act: (name) => {
      try {
        removeNetwork(paths, name);
      } catch (error) {
        if (!force || !(error instanceof NotFoundError)) throw error;
      }
    },
  });
});
