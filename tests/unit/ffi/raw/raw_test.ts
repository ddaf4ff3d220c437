import assert from "node:assert/strict";
import { ARCH, SYSCALL_NUMBERS } from "../../../../ffi/arch/arch.ts";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import {
  callKernelAgain,
  callKernelOnce,
  type Registers,
} from "../../../../ffi/libc.ts";
import {
  bindMachineCode,
  callOnce,
  type RawCall,
  repeatableCall,
} from "../../../../ffi/raw/raw.ts";
import { syscall, trySyscall } from "../../../../ffi/syscall.ts";

const NUMBERS = SYSCALL_NUMBERS[ARCH];
const NO_FD = 0xffff_ffffn;

function registers(...given: bigint[]): Registers {
  const [a0 = 0n, a1 = 0n, a2 = 0n, a3 = 0n, a4 = 0n, a5 = 0n] = given;
  return [a0, a1, a2, a3, a4, a5];
}

function machineCode(): RawCall {
  const call = bindMachineCode();
  assert.ok(call, "executable memory is allowed here");
  return call;
}

for (
  const [name, call] of Object.entries({
    callKernelAgain: (number: bigint, given: Registers) =>
      callKernelAgain(number, ...given),
    callKernelOnce: (number: bigint, given: Registers) =>
      callKernelOnce(number, ...given),
    callOnce,
    repeatableCall,
    machineCode: machineCode(),
  })
) {
  Deno.test(`${name}() returns the kernel's result`, () => {
    assert.equal(call(BigInt(NUMBERS.getpid), registers()), BigInt(Deno.pid));
  });

  Deno.test(`${name}() returns a negated error number`, () => {
    const number = BigInt(NUMBERS.fchdir);
    assert.equal(call(number, registers(NO_FD)), BigInt(-ERRNO.EBADF));
  });
}

Deno.test("machine code passes all six arguments", () => {
  // mmap(2) refuses an offset, the sixth, that is no multiple of the page.
  const mmap = (fd: bigint, offset: bigint): bigint =>
    machineCode()(
      BigInt(NUMBERS.mmap),
      registers(0n, 4096n, 1n, 2n, fd, offset),
    );
  assert.equal(mmap(NO_FD, 1n), BigInt(-ERRNO.EINVAL));
  assert.equal(mmap(NO_FD, 4096n), BigInt(-ERRNO.EBADF), "a private file");
});

Deno.test("trySyscall() knows why a call failed, whatever V8 does meanwhile", () => {
  const directory = Deno.makeTempDirSync();
  try {
    for (let round = 0; round < 300; round++) {
      // New code to compile and new objects to collect around every call.
      const compiled = new Function(
        "call",
        `return call(${round}) // ${"x".repeat(round)}`,
      );
      const junk = Array.from({ length: 500 }, (_, index) => ({ index }));
      const result = compiled(() => trySyscall("unlinkat", -100, directory, 0));
      assert.equal(result, -ERRNO.EISDIR, `round ${round} of ${junk.length}`);
    }
  } finally {
    Deno.removeSync(directory);
  }
});

Deno.test("syscall() closes a descriptor once", () => {
  const first = syscall("openat", -100, "/dev/null", 0, 0);
  assert.equal(trySyscall("close", first), 0);
  assert.equal(trySyscall("close", first), -ERRNO.EBADF);
});
