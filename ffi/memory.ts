/**
 * Memory outside V8's heap, at an address that never moves, so that the kernel
 * and the native launcher may read and write it.
 *
 * @module
 */
import { ARCH, SYSCALL_NUMBERS } from "./arch/arch.ts";
import { callKernel, callKernelAgain } from "./libc.ts";
import { SyscallError } from "./errno.ts";

const PROT_READ = 0x1n;
const PROT_WRITE = 0x2n;
const MAP_PRIVATE = 0x02n;
const MAP_ANONYMOUS = 0x20n;
/** A file descriptor of -1, as the unsigned register the call takes. */
const NO_FD = 0xffff_ffff_ffff_ffffn;
const PAGE_SIZE = 4096;

/** An anonymous mapping, zeroed, seen as bytes and as an address. */
export class Memory implements Disposable {
  /** Address of the first byte in this process. */
  readonly address: bigint;
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
    const address = callKernelAgain(
      BigInt(SYSCALL_NUMBERS[ARCH].mmap),
      0n,
      BigInt(length),
      PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS,
      NO_FD,
      0n,
    );
    if (address < 0n) {
      throw new SyscallError("mmap", Number(-address), `${length}`);
    }
    const pointer = Deno.UnsafePointer.create(address);
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
    const PROT_EXEC = 0x4n;
    const result = callKernelAgain(
      BigInt(SYSCALL_NUMBERS[ARCH].mprotect),
      this.address,
      BigInt(this.bytes.length),
      PROT_READ | PROT_EXEC,
      0n,
      0n,
      0n,
    );
    if (result < 0n) {
      throw new SyscallError("mprotect", Number(-result), "PROT_EXEC");
    }
  }

  /** Unmaps it; touching `bytes` afterwards ends the process. */
  [Symbol.dispose](): void {
    callKernel(
      BigInt(SYSCALL_NUMBERS[ARCH].munmap),
      this.address,
      BigInt(this.bytes.length),
      0n,
      0n,
      0n,
      0n,
    );
  }
}
