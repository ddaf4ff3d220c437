/**
 * `tsdocker restart`: stops containers and starts them again.
 *
 * @module
 */
import { settle } from "../../engine/containers/reconcile.ts";
import { restartContainer } from "../../engine/containers/restart.ts";
import { atOnce } from "../at_once.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { forEachTarget } from "../targets.ts";
import { killedLine, STOP_FLAGS, toStopOptions } from "./stop_flags.ts";

/** The command `restart`. */
export const restartCommand = defineCommand({
  summary: "Restart containers",
  description:
    "Each is stopped as by stop, and started as by start. One that " +
    "is not running is started.",
  positionals: [{ name: "CONTAINER", repeats: true }],
  flags: STOP_FLAGS,
}, async ({ options, positionals }, context) => {
  const request = toStopOptions(options);
  const engine = engineOf(context);
  await settle(engine);
  const restart = atOnce(
    positionals,
    (target) => restartContainer(engine, target, request),
  );
  return forEachTarget(positionals, context, {
    force: false,
    act: async (target) => {
      context.stderr.write(killedLine(await restart(target)));
    },
  });
});
