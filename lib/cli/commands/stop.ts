/**
 * `tsdocker stop`: asks containers to end, and makes them.
 *
 * @module
 */
import { settle } from "../../engine/containers/reconcile.ts";
import { stopContainer } from "../../engine/containers/stop.ts";
import { atOnce } from "../at_once.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { forEachTarget } from "../targets.ts";
import { killedLine, STOP_FLAGS, toStopOptions } from "./stop_flags.ts";

/** The command `stop`. */
export const stopCommand = defineCommand({
  summary: "Stop running containers",
  description: "Each gets its stop signal, and SIGKILL if it still runs when " +
    "the time is over. A container that is stopped is not started again by " +
    "its restart policy.",
  positionals: [{ name: "CONTAINER", repeats: true }],
  flags: STOP_FLAGS,
  examples: [{
    line: "stop -t 2 web db",
    purpose: "kill them after 2 seconds",
  }],
}, async ({ options, positionals }, context) => {
  const request = toStopOptions(options);
  const engine = engineOf(context);
  await settle(engine);
  const stop = atOnce(
    positionals,
    (target) => stopContainer(engine, target, request),
  );
  return forEachTarget(positionals, context, {
    force: false,
    act: async (target) => {
      context.stderr.write(killedLine(await stop(target)));
    },
  });
});
