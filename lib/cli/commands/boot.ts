/**
 * `tsdocker boot`: starts what is to run whenever the host does.
 *
 * @module
 */
import {
  containersToBoot,
  containersToHalt,
  haltContainer,
} from "../../engine/containers/boot.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { startDetached } from "../../engine/containers/start.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { forEachTarget } from "../targets.ts";

/** The command `boot`. */
export const bootCommand = defineCommand({
  summary: "Start the containers that run whenever the host does",
  description:
    "Those are the ones that were created with --restart always, and those " +
    "with --restart unless-stopped that nobody has stopped. To be run once " +
    "when the host starts: tsdocker generate systemd prints a unit for that.",
  positionals: [],
  flags: {
    stop: {
      type: "boolean",
      long: "stop",
      description:
        "Stop all containers instead, so that boot starts them again",
    },
  },
}, async ({ options }, context) => {
  const engine = engineOf(context);
  await settle(engine);
  if (!options.stop) {
    const names = containersToBoot(engine.paths).map(({ name }) => name);
    return await forEachTarget(names, context, {
      force: false,
      act: async (name) => void await startDetached(engine, name),
    });
  }
  // At once: each may take all the time it has until it is killed.
  const statuses = await Promise.all(
    containersToHalt(engine.paths).map((config) =>
      forEachTarget([config.name], context, {
        force: true,
        act: () => haltContainer(engine, config),
      })
    ),
  );
  return Math.max(0, ...statuses);
});
