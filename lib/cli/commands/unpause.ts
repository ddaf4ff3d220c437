/**
 * `tsdocker unpause`: lets the processes of paused containers go on.
 *
 * @module
 */
import { unpauseContainer } from "../../engine/containers/pause.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { forEachTarget } from "../targets.ts";

/** The command `unpause`. */
export const unpauseCommand = defineCommand({
  summary: "Let the processes of paused containers go on",
  positionals: [{ name: "CONTAINER", repeats: true }],
  flags: {},
}, async ({ positionals }, context) => {
  const engine = engineOf(context);
  await settle(engine);
  return forEachTarget(positionals, context, {
    force: false,
    act: (target) => unpauseContainer(engine, target),
  });
});
