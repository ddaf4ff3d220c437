/** @module */
import assert from "node:assert/strict";
import { mkdirat, openat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { removePath } from "../../../lib/base/remove_tree.ts";
import { openDescriptors } from "../../support/processes.ts";

function assertGone(path: string): void {
  assert.throws(() => Deno.lstatSync(path), Deno.errors.NotFound);
}

Deno.test("removePath() removes 3,000 levels, with few descriptors", () => {
  const path = Deno.makeTempDirSync();
  const before = openDescriptors();
  let directory = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  for (let level = 0; level < 3000; level++) {
    using above = directory;
    mkdirat(above.number, "d", 0o700);
    // A name that removing may want for itself.
    if (level % 500 === 0) mkdirat(above.number, ".deep-0", 0o700);
    directory = openat(above.number, "d", O_RDONLY | O_DIRECTORY);
  }
  directory[Symbol.dispose]();
  removePath(path);
  assertGone(path);
  assert.equal(openDescriptors(), before);
});

Deno.test("removePath() removes 5,000 files with long names", () => {
  const path = Deno.makeTempDirSync();
  for (let index = 0; index < 5000; index++) {
    Deno.writeTextFileSync(`${path}/${"n".repeat(200)}${index}`, "");
  }
  removePath(path);
  assertGone(path);
});

Deno.test("removePath() finishes while somebody else removes files too", async () => {
  const path = await Deno.makeTempDir();
  const names = Array.from(
    { length: 8_000 },
    (_, index) => `${path}/f${index}`,
  );
  for (const name of names) await Deno.writeTextFile(name, "");
  const other = new Deno.Command("xargs", {
    args: ["-n", "500", "rm", "-f"],
    stdin: "piped",
  }).spawn();
  const input = other.stdin.getWriter();
  void input.write(new TextEncoder().encode(names.reverse().join("\n")))
    .then(() => input.close());
  while (
    (await Deno.lstat(names[0] ?? "").catch(() => undefined)) !== undefined
  );
  removePath(path);
  await assert.rejects(Deno.lstat(path), Deno.errors.NotFound);
  await other.status;
});
