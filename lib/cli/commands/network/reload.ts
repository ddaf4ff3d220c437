/**
 * `tsdocker network reload`: gives running containers back what they lack.
 *
 * @module
 */
import { UsageError } from "../../../base/errors.ts";
import { listContainers } from "../../../engine/containers/list.ts";
import { settle } from "../../../engine/containers/reconcile.ts";
import { reloadNetworks } from "../../../engine/networks/repair_networks.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";
import { forEachTarget } from "../../targets.ts";

/** The command `network reload`. */
export const networkReloadCommand = defineCommand({
  summary: "Restore the bridges and rules of running containers",
  description: "After somebody has emptied the packet filter, such as a " +
    "firewall that was started again. What is there stays as it is. " +
    "system repair does this, too.",
  positionals: [{ name: "CONTAINER", optional: true, repeats: true }],
  flags: {
    all: {
      type: "boolean",
      long: "all",
      short: "a",
      description: "Of all that run",
    },
  },
}, async ({ options: { all }, positionals }, context) => {
  if (all === (positionals.length > 0)) {
    throw new UsageError("Name containers, or all with --all, not both");
  }
  const engine = engineOf(context);
  await settle(engine);
  const targets = all
    ? listContainers(engine.paths)
      .filter(({ status: { state } }) =>
        state === "running" || state === "paused"
      )
      .map(({ config: { id } }) => id)
    : positionals;
  return await forEachTarget(targets, context, {
    force: false,
    act: (target) => void reloadNetworks(engine, target),
  });
});
