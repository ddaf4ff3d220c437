/**
 * `tsdocker wait`: waits until containers have ended.
 *
 * @module
 */
import { settle } from "../../engine/containers/reconcile.ts";
import { waitContainer } from "../../engine/containers/wait.ts";
import { atOnce } from "../at_once.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { EXIT_STATUS } from "../errors.ts";

/** The command `wait`. */
export const waitCommand = defineCommand({
  summary: "Wait until containers have ended, and print their exit codes",
  positionals: [{ name: "CONTAINER", repeats: true }],
  flags: {},
}, async ({ positionals }, context) => {
  const engine = engineOf(context);
  await settle(engine);
  // At once: one with --rm may be gone before those before it have ended.
  const wait = atOnce(
    positionals,
    (target) => waitContainer(engine, target),
  );
  let status: number = EXIT_STATUS.success;
  for (const target of positionals) {
    try {
      context.stdout.write(`${await wait(target)}\n`);
    } catch (error) {
      context.report(error);
      status = EXIT_STATUS.failure;
    }
  }
  return status;
});
