/** @module */
import assert from "node:assert/strict";

const HEADER = new URL("../../../../tools/build/header.sh", import.meta.url);

/** What the header begins with, given some arguments. */
async function layoutOf(...args: string[]): Promise<string> {
  const header = await Deno.readTextFile(HEADER);
  const start = header.indexOf("tsdocker_layout=main\n");
  const end = header.indexOf("\ndone\n", start);
  assert.ok(start > 0 && end > start);
  const choice = header.slice(start, end)
    .replace("@QUICK_COMMANDS@", "exec | monitor | run");
  const script = `${choice}\ndone\nprintf %s "$tsdocker_layout"`;
  const { success, stdout } = await new Deno.Command("sh", {
    args: ["-ec", script, "sh", ...args],
  }).output();
  assert.ok(success);
  return new TextDecoder().decode(stdout);
}

const LAYOUTS: readonly (readonly [string, ...string[]])[] = [
  ["main"],
  ["main", "ps", "-d"],
  ["exec", "--debug", "exec", "-d", "c", "run"],
  ["exec", "container", "exec", "c"],
  ["monitor", "--root", "/r", "monitor", "3"],
  ["run", "run", "busybox"],
  ["run", "-D", "run", "--rm", "-it", "busybox", "ls", "-d"],
  ["run", "run", "-v", "/a:/d", "busybox", "ls", "-d", "/b"],
  ["run", "run", "--rm", "--", "busybox", "-d"],
  ["run", "run", "--detach=false", "busybox"],
  ["run", "run", "--detach-keys", "ctrl-d", "busybox"],
  ["detached", "run", "-d", "busybox"],
  ["detached", "--root", "/r", "container", "run", "--detach", "busybox"],
  ["detached", "run", "--detach=true", "busybox"],
  ["detached", "run", "--name", "db", "-v", "/a:/b", "-itd", "busybox"],
];

for (const [layout, ...args] of LAYOUTS) {
  Deno.test(`"${args.join(" ")}" starts with ${layout}.js`, async () => {
    assert.equal(await layoutOf(...args), layout);
  });
}
