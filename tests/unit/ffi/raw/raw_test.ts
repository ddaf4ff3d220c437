import assert from "node:assert/strict";
import { ARCH, SYSCALL_NUMBERS } from "../../../../ffi/arch/arch.ts";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import {
  callKernelAgain,
  callKernelOnce,
  type Register,
  type Registers,
  toRegister,
} from "../../../../ffi/libc.ts";
import {
  bindMachineCode,
  callOnce,
  type RawCall,
  repeatableCall,
} from "../../../../ffi/raw/raw.ts";
import {
  closeDescriptor,
  syscall,
  trySyscall,
} from "../../../../ffi/syscall.ts";

const NUMBERS = SYSCALL_NUMBERS[ARCH];
const NO_FD = -1;

function registers(...given: Register[]): Registers {
  const [a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0] = given;
  return [a0, a1, a2, a3, a4, a5];
}

function machineCode(): RawCall {
  const call = bindMachineCode();
  assert.ok(call, "executable memory is allowed here");
  return call;
}

for (
  const [name, call] of Object.entries({
    callKernelAgain,
    callKernelOnce,
    callOnce,
    repeatableCall,
    machineCode: machineCode(),
  })
) {
  Deno.test(`${name}() returns the kernel's result`, () => {
    assert.equal(call(NUMBERS.getpid, registers()), Deno.pid);
  });

  Deno.test(`${name}() returns a negated error number`, () => {
    assert.equal(call(NUMBERS.fchdir, registers(NO_FD)), -ERRNO.EBADF);
  });

  Deno.test(`${name}() passes all six arguments`, () => {
    // mmap(2) refuses an offset, the sixth, that is no multiple of the page.
    const mmap = (fd: Register, offset: Register): number =>
      call(NUMBERS.mmap, registers(0, 4096, 1, 2, fd, offset));
    assert.equal(mmap(NO_FD, 1), -ERRNO.EINVAL);
    assert.equal(mmap(NO_FD, 2n), -ERRNO.EINVAL);
    assert.equal(mmap(0xffff_ffffn, 4096), -ERRNO.EBADF, "a private file");
  });

  Deno.test(`${name}() passes numbers of more than 32 bits and both signs`, () => {
    const fd = syscall("memfd_create", "numbers", 0);
    const SEEK_SET = 0;
    const SEEK_CUR = 1;
    const seek = (by: Register, from: number): number =>
      call(NUMBERS.lseek, registers(fd, by, from));
    const large = 2 ** 40 + 2 ** 32 - 1;
    assert.equal(seek(large, SEEK_SET), large);
    assert.equal(seek(-2, SEEK_CUR), large - 2);
    assert.equal(seek(toRegister(-2n), SEEK_CUR), large - 4);
    closeDescriptor(fd);
  });
}

Deno.test("toRegister() keeps safe integers and wraps large ones", () => {
  assert.equal(toRegister(-5), -5);
  assert.equal(toRegister(2 ** 53 - 1), 2 ** 53 - 1);
  assert.equal(toRegister(2 ** 63), 2n ** 63n);
  assert.equal(toRegister(-1n), 2n ** 64n - 1n);
  assert.throws(() => toRegister(0.5), RangeError);
  assert.throws(() => toRegister(NaN), RangeError);
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
