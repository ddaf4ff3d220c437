/** @module */
import assert from "node:assert/strict";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import {
  F_ADD_SEALS,
  F_GET_SEALS,
  F_GETFD,
  FD_CLOEXEC,
} from "../../../../ffi/constants/fcntl.ts";
import { initProgram } from "../../../../ffi/init/init.ts";
import { syscall, trySyscall } from "../../../../ffi/syscall.ts";
import { openInitProgram } from "../../../../lib/runtime/launch/init_program.ts";

Deno.test("openInitProgram() is the init program, and executable for all", async () => {
  using program = openInitProgram();
  assert.deepEqual(await Deno.readFile(program.path), initProgram());
  const { mode } = await Deno.stat(program.path);
  assert.equal((mode ?? 0) & 0o555, 0o555);
});

Deno.test("openInitProgram() is sealed for good", () => {
  using program = openInitProgram();
  const { number } = program;
  assert.equal(syscall("fcntl", number, F_GET_SEALS), 0xf);
  const byte = Uint8Array.of(0);
  assert.equal(trySyscall("write", number, byte, 1), -ERRNO.EPERM);
  assert.throws(() => Deno.truncateSync(program.path, 1));
  assert.throws(() => Deno.truncateSync(program.path, 1 << 20));
  assert.equal(trySyscall("fcntl", number, F_ADD_SEALS, 0x10), -ERRNO.EPERM);
});

Deno.test("openInitProgram() is sealed for who opens it once more", () => {
  using program = openInitProgram();
  using file = Deno.openSync(program.path, { write: true });
  assert.throws(() => file.writeSync(Uint8Array.of(0)), /EPERM|not permitted/);
});

Deno.test("openInitProgram() gives a descriptor that no plan needs itself", () => {
  using program = openInitProgram();
  assert.ok(program.number >= 10);
  assert.equal(syscall("fcntl", program.number, F_GETFD), FD_CLOEXEC);
});

Deno.test("openInitProgram() makes another file each time, and leaves no other", () => {
  const count = (): number => [...Deno.readDirSync("/proc/self/fd")].length;
  const before = count();
  {
    using one = openInitProgram();
    using other = openInitProgram();
    assert.equal(count(), before + 2);
    assert.notEqual(Deno.statSync(one.path).ino, Deno.statSync(other.path).ino);
  }
  assert.equal(count(), before);
});
