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
}, ({ positionals }, context) => {
  const engine = engineOf(context);
  settle(engine);
  return forEachTarget(positionals, context, {
    force: false,
    act: (target) => pauseContainer(engine, target),
  });
});
