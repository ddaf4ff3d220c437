// deno-lint-ignore-file no-console -- a tool reports on stderr
/**
 * Writes docs/cli.md, the reference of the command line, from the data that
 * also makes the parser and the help.
 *
 *     tools/deno.sh run -A tools/docs.ts
 *
 * @module
 */
import {
  type CommandEntry,
  COMMANDS,
  GROUPS,
} from "../lib/cli/command_table.ts";
import { commandPage, frontPage, groupPage } from "../lib/cli/pages.ts";

/** Where the page is, relative to the checkout. */
export const CLI_PAGE = "docs/cli.md";

const INTRODUCTION = `# The command line

<!-- Written by tools/docs.ts from lib/cli; \`make docs\` writes it again. -->

What \`tsdocker --help\` prints, and the help of every command. Flags of tsdocker
itself come before the command, flags of a command after its name.`;

/**
 * The reference of the command line: the front page, every command in the
 * order of the help, and every group, each as the program prints it.
 *
 * @param commands The commands there are; hidden ones are left out.
 * @returns A Markdown page as `deno fmt` would write it.
 */
export async function cliPage(
  commands: readonly CommandEntry[] = COMMANDS,
): Promise<string> {
  const shown = commands.filter((entry) => !entry.hidden);
  const sections = [
    section("tsdocker", await frontPage(commands)),
    ...await Promise.all(
      shown.map(async (entry) =>
        section(`tsdocker ${entry.name}`, await commandPage(entry))
      ),
    ),
    ...await Promise.all(
      Object.keys(GROUPS).map(async (group) =>
        section(`tsdocker ${group}`, await groupPage(group, commands))
      ),
    ),
  ];
  return [INTRODUCTION, ...sections].join("\n\n") + "\n";
}

/** @param help Text that ends in a newline. */
function section(heading: string, help: string): string {
  return `## ${heading}\n\n\`\`\`text\n${help}\`\`\``;
}

if (import.meta.main) {
  const path = new URL(`../${CLI_PAGE}`, import.meta.url);
  await Deno.writeTextFile(path, await cliPage());
  console.error(`${CLI_PAGE}: written`);
}
