/** @module */
import assert from "node:assert/strict";
import { QUICK_COMMANDS } from "../../../../lib/runtime/launch/self_invocation.ts";
import { outcomeOf } from "../../../support/portable_file.ts";
import { StarterFile, starterRunners } from "../../../support/starter.ts";

/** What is chosen for some words; a guess where it says so. */
const LAYOUTS: readonly (readonly [string, ...string[]])[] = [
  ["main"],
  ["main", ""],
  ["main", "ps", "-d"],
  ["main", "runs", "ru", "monitored", "*"],
  ["exec", "--debug", "exec", "-d", "c", "run"],
  ["exec", "container", "exec", "c"],
  ["monitor", "--root", "/r", "monitor", "3"],
  ["run", "run", "busybox"],
  ["run", "run", "--rm", "exec"],
  ["run", "-D", "run", "--rm", "-it", "busybox", "ls", "-d"],
  ["run", "run", "-v", "/a:/d", "busybox", "ls", "-d", "/b"],
  ["run", "run", "--rm", "--", "busybox", "-d"],
  ["run", "run", "--detach=false", "busybox"],
  ["run", "run", "--detached", "busybox"],
  ["run", "run", "--detach-keys", "ctrl-d", "busybox"],
  ["run", "run", "-pd80:80", "busybox"], // a guess, and wrong
  ["run", "run", "-d\xe9", "-d@", "-[d", "-{d", "-`d", "-D", "busybox"],
  ["run", "run", "", "", "-d"],
  ["detached", "run", "-d", "busybox"],
  ["detached", "--root", "/r", "container", "run", "--detach", "busybox"],
  ["detached", "run", "--detach=true", "busybox"],
  ["detached", "run", "--name", "db", "-v", "/a:/b", "-itd", "busybox"],
  ["detached", "run", "-dit", "--name", "db", "busybox", "sh"],
  ["detached", "run", "-e", "A=*", "-", "-d", "busybox"],
  ["detached", "run", "-AZazd", "busybox"],
];

for (const runner of starterRunners()) {
  Deno.test(`the starter (${runner.arch}) chooses a layout by the words`, async () => {
    using file = new StarterFile(runner);
    file.unpack('printf %s "${1##*/}"');
    const own = QUICK_COMMANDS.map((word) => [word, word] as const);
    for (const [layout, ...words] of [...LAYOUTS, ...own]) {
      const [program, ...args] = file.commandOf(words);
      const { stdout, stderr } = await outcomeOf(program, args, {});
      assert.equal(stderr, "");
      assert.equal(stdout, `${layout}.js`, words.join(" "));
    }
  });
}
