/**
 * `tsdocker network rm`: removes networks.
 *
 * @module
 */
import { NotFoundError } from "../../../base/errors.ts";
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
}, ({ options: { force }, positionals }, context) => {
  const { paths } = engineOf(context);
  return forEachTarget(positionals, context, {
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
