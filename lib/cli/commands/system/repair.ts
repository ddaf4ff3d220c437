/**
 * `tsdocker system repair`: puts right what crashes have left.
 *
 * @module
 */
import { assertRoot } from "../../../engine/containers/reconcile.ts";
import { repair } from "../../../engine/repair.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";

/** The command `system repair`. */
export const systemRepairCommand = defineCommand({
  summary: "Put right what crashes have left",
  description: "Every command settles containers whose keeper has been " +
    "killed. This one also gives running containers a new monitor, releases " +
    "names, removes cgroups that nobody uses, and tells what it has done.",
  positionals: [],
  flags: {},
}, async (_invocation, context) => {
  assertRoot();
  const repaired = await repair(engineOf(context));
  for (const line of repaired) context.stdout.write(`${line}\n`);
  context.stdout.write(`Repaired: ${repaired.length}\n`);
  return 0;
});
