/**
 * `tsdocker help [COMMAND]`, the other spelling of `--help`.
 *
 * @module
 */
import { defineCommand } from "../command.ts";
import { COMMANDS } from "../command_table.ts";
import { resolveCommand } from "../resolve_command.ts";
import { commandPage, frontPage, groupPage } from "../pages.ts";

/** The command `help`. */
export const helpCommand = defineCommand({
  summary: "Print the help of a command",
  positionals: [{ name: "COMMAND", optional: true, repeats: true }],
  flags: {},
}, async ({ positionals }, { stdout }) => {
  const [first, ...rest] = positionals;
  if (first === undefined) {
    stdout.write(await frontPage(COMMANDS));
    return 0;
  }
  const found = resolveCommand([first, ...rest], COMMANDS);
  stdout.write(
    found.kind === "group"
      ? await groupPage(found.group, COMMANDS)
      : await commandPage(found.entry, found.name),
  );
  return 0;
});
