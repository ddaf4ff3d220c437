/**
 * Memory outside V8's heap, at an address that never moves, so that the kernel
 * and the native launcher may read and write it.
 *
 * @module
 */
import { ARCH, SYSCALL_NUMBERS } from "./arch/arch.ts";
import { callKernel, callKernelAgain } from "./libc.ts";
import { SyscallError } from "./errno.ts";

const PROT_READ = 0x1;
const PROT_WRITE = 0x2;
const MAP_PRIVATE = 0x02;
const MAP_ANONYMOUS = 0x20;
const NO_FD = -1;
const PAGE_SIZE = 4096;

/** An anonymous mapping, zeroed, seen as bytes and as an address. */
export class Memory implements Disposable {
  /** Address of the first byte in this process. */
  readonly address: number;
  /** The whole mapping; its length is the size asked for, rounded up to pages. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same bytes, for numbers; the kernel's structs are little-endian. */
  readonly view: DataView<ArrayBuffer>;

  /**
   * Maps at least `size` bytes.
   *
   * @throws {SyscallError} `ENOMEM` if the kernel has none left.
   */
  constructor(size: number) {
    const length = Math.ceil(size / PAGE_SIZE) * PAGE_SIZE;
    const address = callKernelAgain(SYSCALL_NUMBERS[ARCH].mmap, [
      0,
      length,
      PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS,
      NO_FD,
      0,
    ]);
    if (address < 0) throw new SyscallError("mmap", -address, `${length}`);
    const pointer = Deno.UnsafePointer.create(BigInt(address));
    if (pointer === null) throw new TypeError("mmap() returned NULL");
    const buffer = Deno.UnsafePointerView.getArrayBuffer(pointer, length);
    this.address = address;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /**
   * Makes the memory executable and no longer writable.
   *
   * @throws {SyscallError} `EACCES` or `EPERM` where the host forbids it.
   */
  makeExecutable(): void {
    const PROT_EXEC = 0x4;
    const result = callKernelAgain(SYSCALL_NUMBERS[ARCH].mprotect, [
      this.address,
      this.bytes.length,
      PROT_READ | PROT_EXEC,
      0,
      0,
      0,
    ]);
    if (result < 0) throw new SyscallError("mprotect", -result, "PROT_EXEC");
  }

  /** Unmaps it; touching `bytes` afterwards ends the process. */
  [Symbol.dispose](): void {
    const { munmap } = SYSCALL_NUMBERS[ARCH];
    callKernel(munmap, [this.address, this.bytes.length, 0, 0, 0, 0]);
  }
}
