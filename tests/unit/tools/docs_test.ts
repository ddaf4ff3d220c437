/** @module */
import assert from "node:assert/strict";
import { defineCommand } from "../../../lib/cli/command.ts";
import { type CommandEntry, GROUPS } from "../../../lib/cli/command_table.ts";
import { CLI_PAGE, cliPage } from "../../../tools/docs.ts";

const CHECKOUT = new URL("../../../", import.meta.url);

function entry(
  name: string,
  names: Partial<CommandEntry> = {},
): CommandEntry {
  const command = defineCommand({
    summary: `Do the ${name}`,
    positionals: [],
    flags: {},
  }, () => 0);
  return { name, aliases: [], load: () => Promise.resolve(command), ...names };
}

/** The headings of a page and what is between each and the next. */
function sectionsOf(page: string): Map<string, string> {
  const [, ...parts] = page.split(/^## /m);
  return new Map(parts.map((part): [string, string] => {
    const end = part.indexOf("\n");
    return [part.slice(0, end), part.slice(end + 1)];
  }));
}

Deno.test("cliPage() has the front page, every command and every group", async () => {
  const page = await cliPage([
    entry("walk"),
    entry("run", { aliases: ["container run"] }),
  ]);
  assert.deepEqual([...sectionsOf(page).keys()], [
    "tsdocker",
    "tsdocker walk",
    "tsdocker run",
    ...Object.keys(GROUPS).map((group) => `tsdocker ${group}`),
  ]);
});

Deno.test("cliPage() shows help as the program prints it", async () => {
  const sections = sectionsOf(await cliPage([entry("walk")]));
  assert.equal(
    sections.get("tsdocker walk"),
    "\n```text\nUsage:  tsdocker walk\n\nDo the walk\n\n" +
      "Options:\n      --help   Print this help\n```\n\n",
  );
});

Deno.test("cliPage() leaves hidden commands out", async () => {
  const page = await cliPage([entry("walk"), entry("init", { hidden: true })]);
  assert.ok(!page.includes("init"));
  assert.ok(page.includes("walk"));
});

Deno.test("cliPage() documents the commands there are", async () => {
  const page = await cliPage();
  for (const text of ["tsdocker run [OPTIONS] IMAGE", "--read-only", "--all"]) {
    assert.ok(page.includes(text), text);
  }
});

Deno.test("docs/cli.md is what the command table says", async () => {
  const written = await Deno.readTextFile(new URL(CLI_PAGE, CHECKOUT));
  assert.ok(
    written === await cliPage(),
    `${CLI_PAGE} is out of date: run make docs`,
  );
});
