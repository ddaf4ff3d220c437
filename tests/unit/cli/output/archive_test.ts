import assert from "node:assert/strict";
import { mknodat, openat } from "../../../../ffi/calls/file.ts";
import { readSync } from "../../../../ffi/calls/pipe.ts";
import { AT_FDCWD, O_RDWR } from "../../../../ffi/constants/fcntl.ts";
import { S_IFIFO } from "../../../../ffi/constants/stat.ts";
import { SyscallError } from "../../../../ffi/errno.ts";
import { syscall } from "../../../../ffi/syscall.ts";
import { UsageError } from "../../../../lib/base/errors.ts";
import { OutputClosedError } from "../../../../lib/cli/errors.ts";
import {
  assertNoTerminal,
  writeArchiveFile,
  writeArchiveOutput,
  writeArchiveToStdout,
} from "../../../../lib/cli/output/archive.ts";
import { undoBegun } from "../../../../lib/storage/unfinished.ts";
import { namesIn } from "../../../support/cli.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

/** Writes a few bytes. */
function writeText(fd: number): Promise<void> {
  const bytes = new TextEncoder().encode("archive");
  syscall("write", fd, bytes, bytes.length);
  return Promise.resolve();
}

const EPIPE = 32;
const ENOSPC = 28;

Deno.test("assertNoTerminal() refuses a terminal unless a file is named", () => {
  const terminal = { stdoutIsTerminal: () => true };
  assert.throws(
    () => assertNoTerminal(undefined, terminal),
    /^UsageError: cowardly refusing to save to a terminal\. Use the -o flag/,
  );
  assertNoTerminal("a.tar", terminal);
  assertNoTerminal(undefined, { stdoutIsTerminal: () => false });
});

Deno.test("writeArchiveOutput() takes the file that is named, else stdout", async () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  await writeArchiveOutput("a.tar", path, writeText);
  assert.equal(await Deno.readTextFile(`${path}/a.tar`), "archive");
  const fds: number[] = [];
  await writeArchiveOutput(undefined, path, (fd) => {
    fds.push(fd);
    return Promise.resolve();
  });
  assert.deepEqual(fds, [1]);
});

Deno.test("writeArchiveFile() replaces a file once the new one is whole", async () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  await Deno.writeTextFile(`${path}/a.tar`, "old");
  await writeArchiveFile("a.tar", path, async (fd) => {
    await writeText(fd);
    assert.equal(await Deno.readTextFile(`${path}/a.tar`), "old");
  });
  assert.equal(await Deno.readTextFile(`${path}/a.tar`), "archive");
  assert.deepEqual(await namesIn(path), ["a.tar"]);
});

Deno.test("writeArchiveFile() leaves nothing of what has failed", async () => {
  using directory = new TemporaryDirectory();
  const failing = async (fd: number): Promise<void> => {
    await writeText(fd);
    throw new SyscallError("write", ENOSPC);
  };
  await assert.rejects(
    writeArchiveFile("a.tar", directory.path, failing),
    {
      name: "HostError",
      message: 'Cannot write "a.tar": ENOSPC (no space left on device)',
      advice: "--output on a disk with more room",
    },
  );
  assert.deepEqual(await namesIn(directory.path), []);
});

Deno.test("writeArchiveFile() lets go of what is not whole when a signal ends all", async () => {
  using directory = new TemporaryDirectory();
  const ended = new Error("ended");
  const write = async (fd: number): Promise<void> => {
    await writeText(fd);
    assert.equal((await namesIn(directory.path)).length, 1);
    undoBegun();
    assert.deepEqual(await namesIn(directory.path), []);
    throw ended;
  };
  await assert.rejects(writeArchiveFile("a.tar", directory.path, write), ended);
});

Deno.test("writeArchiveFile() writes to a pipe and leaves it there", async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/pipe`;
  mknodat(AT_FDCWD, path, S_IFIFO | 0o600, { major: 0, minor: 0 });
  // Somebody has to have it open, or opening it waits.
  using reader = openat(AT_FDCWD, path, O_RDWR);
  await writeArchiveFile(path, "/", writeText);
  assert.ok((await Deno.lstat(path)).isFifo);
  const bytes = new Uint8Array(7);
  assert.equal(readSync(reader, bytes), 7);
  assert.equal(new TextDecoder().decode(bytes), "archive");
});

Deno.test("writeArchiveFile() says why there can be no file", async () => {
  await assert.rejects(
    writeArchiveFile("/nowhere/a.tar", "/", writeText),
    /^HostError: Cannot write "\/nowhere\/a\.tar": ENOENT/,
  );
  await assert.rejects(
    writeArchiveFile("/dev/null/a.tar", "/", writeText),
    /^HostError: Cannot write "\/dev\/null\/a\.tar": ENOTDIR/,
  );
});

Deno.test("writeArchiveFile() refuses what is no file before it writes", async () => {
  using directory = new TemporaryDirectory();
  const write = (): Promise<void> => assert.fail("it has been asked to write");
  for (const path of ["", ".", "./"]) {
    await assert.rejects(
      writeArchiveFile(path, directory.path, write),
      UsageError,
    );
  }
  assert.deepEqual(await namesIn(directory.path), []);
});

Deno.test("writeArchiveToStdout() ends quietly if nobody reads", async () => {
  await assert.rejects(
    writeArchiveToStdout(() => {
      throw new SyscallError("write", EPIPE);
    }),
    OutputClosedError,
  );
  await assert.rejects(
    writeArchiveToStdout(() => {
      throw new SyscallError("write", ENOSPC);
    }),
    SyscallError,
  );
});
