/**
 * `tsdocker pause`: stops the processes of containers where they are.
 *
 * @module
 */
import { pauseContainer } from "../../engine/containers/pause.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { forEachTarget } from "../targets.ts";

/** The command `pause`. */
export const pauseCommand = defineCommand({
  summary: "Pause all processes of containers",
  positionals: [{ name: "CONTAINER", repeats: true }],
  flags: {},
}, async ({ positionals }, context) => {
  const engine = engineOf(context);
  await settle(engine);
  return forEachTarget(positionals, context, {
    force: false,
    act: (target) => pauseContainer(engine, target),
  });
});
