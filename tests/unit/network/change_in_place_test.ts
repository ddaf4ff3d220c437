/**
 * @module
 */
import assert from "node:assert/strict";
import { syscall } from "../../../ffi/syscall.ts";
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDWR } from "../../../ffi/constants/fcntl.ts";
import { InPlaceEditor } from "../../../lib/network/change_in_place.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const MIB = 1024 ** 2;

/** Changes one file. */
function change(
  path: string,
  text: string | ((old: string) => string),
): ReturnType<InPlaceEditor["change"]> {
  using editor = new InPlaceEditor();
  return editor.change(path, typeof text === "string" ? () => text : text);
}

Deno.test("InPlaceEditor changes a file, which stays the same one", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/hosts`;
  Deno.writeTextFileSync(path, "one\n");
  const { ino } = Deno.statSync(path);
  using editor = new InPlaceEditor();
  for (const text of ["one\ntwo\nthrée\n", "three\n", "", "four\n"]) {
    assert.equal(editor.change(path, () => text), "changed");
    assert.equal(Deno.readTextFileSync(path), text);
    assert.equal(editor.change(path, (old) => old), "right");
  }
  assert.equal(Deno.statSync(path).ino, ino);
});

Deno.test("InPlaceEditor writes nothing that is right already", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/hosts`;
  Deno.writeTextFileSync(path, "\uFEFFone\n");
  Deno.utimeSync(path, 1, 1);
  assert.equal(change(path, (old) => old), "right");
  assert.equal(Deno.statSync(path).mtime?.getTime(), 1000);
  // What some editors begin a file with is kept.
  assert.equal(change(path, (old) => `${old}two\n`), "changed");
  assert.deepEqual(
    [...Deno.readFileSync(path)],
    [...new TextEncoder().encode("\uFEFFone\ntwo\n")],
  );
});

Deno.test("InPlaceEditor never shows an empty file", async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/hosts`;
  const [long, short] = ["a line\n".repeat(500), "a line\n"];
  await Deno.writeTextFile(path, long);
  const script = 'echo watching; while [ -s "$1" ]; do :; done; echo empty';
  const watcher = new Deno.Command("sh", {
    args: ["-c", script, "sh", path],
    stdout: "piped",
  }).spawn();
  const output = watcher.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  assert.equal((await output.read()).value, "watching\n");
  for (let round = 0; round < 2000; round++) {
    change(path, round % 2 === 0 ? short : long);
  }
  watcher.kill("SIGKILL");
  assert.equal((await output.read()).value, undefined);
  await watcher.status;
});

Deno.test("InPlaceEditor leaves alone what is too large, however it is made", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/hosts`;
  Deno.writeTextFileSync(path, "x".repeat(MIB));
  assert.equal(change(path, (old) => `${old}y`), "left alone", "it would be");
  assert.equal(change(path, (old) => `y${old.slice(1)}`), "changed");
  Deno.writeTextFileSync(path, "x".repeat(MIB + 1));
  assert.equal(change(path, "short\n"), "left alone");
  assert.equal(Deno.statSync(path).size, MIB + 1);
  Deno.truncateSync(path, 2 ** 40);
  assert.equal(change(path, "short\n"), "left alone", "a terabyte of nothing");
});

Deno.test("InPlaceEditor leaves alone what is no text", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/hosts`;
  Deno.writeFileSync(path, new Uint8Array([0x61, 0xff, 0x0a]));
  assert.equal(change(path, "short\n"), "left alone");
  assert.equal(Deno.statSync(path).size, 3);
});

Deno.test("InPlaceEditor leaves alone what is not there, or no file", () => {
  using directory = new TemporaryDirectory();
  const [path, link, pipe] = ["hosts", "link", "pipe"].map((name) =>
    `${directory.path}/${name}`
  ) as [string, string, string];
  assert.equal(change(path, "text\n"), "left alone");
  assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
  Deno.writeTextFileSync(path, "one\n");
  Deno.symlinkSync(path, link);
  assert.equal(change(link, "text\n"), "left alone");
  assert.equal(Deno.readTextFileSync(path), "one\n");
  const S_IFIFO = 0o010000;
  syscall("mknodat", AT_FDCWD, pipe, S_IFIFO | 0o600, 0);
  assert.equal(change(pipe, "text\n"), "left alone");
});

Deno.test("InPlaceEditor does not wait for a lease to be given up", () => {
  const [F_SETLEASE, F_WRLCK, F_SETSIG, SIGWINCH] = [1024, 1, 10, 28];
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/hosts`;
  Deno.writeTextFileSync(path, "one\n");
  using holder = openat(AT_FDCWD, path, O_RDWR);
  // What it is told by would end a program; this one is ignored.
  syscall("fcntl", holder.number, F_SETSIG, SIGWINCH);
  syscall("fcntl", holder.number, F_SETLEASE, F_WRLCK);
  const start = performance.now();
  assert.equal(change(path, "text\n"), "left alone");
  assert.ok(performance.now() - start < 5_000, "45 s are usual");
});

Deno.test("InPlaceEditor leaves alone what is run as a program", async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/hosts`;
  await Deno.copyFile("/bin/sleep", path);
  await Deno.chmod(path, 0o755);
  const program = new Deno.Command(path, { args: ["60"] }).spawn();
  try {
    assert.equal(change(path, "text\n"), "left alone");
  } finally {
    program.kill("SIGKILL");
    await program.status;
  }
});
