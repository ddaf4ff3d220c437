/**
 * `tsdocker kill`: sends a signal to containers.
 *
 * @module
 */
import { killContainer } from "../../engine/containers/kill.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { forEachTarget } from "../targets.ts";
import { signalOf } from "./stop_flags.ts";

/** The command `kill`. */
export const killCommand = defineCommand({
  summary: "Kill running containers, or send them a signal",
  positionals: [{ name: "CONTAINER", repeats: true }],
  flags: {
    signal: {
      type: "string",
      long: "signal",
      short: "s",
      default: "KILL",
      description: "Signal to send",
    },
  },
  examples: [{ line: "kill -s HUP web", purpose: "make it read its files" }],
}, async ({ options, positionals }, context) => {
  const signal = signalOf(options.signal);
  const engine = engineOf(context);
  await settle(engine);
  return forEachTarget(positionals, context, {
    force: false,
    act: (target) => killContainer(engine, target, signal),
  });
});
