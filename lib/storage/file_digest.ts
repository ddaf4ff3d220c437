/**
 * Digests of files that have been written.
 *
 * @module
 */
import { read } from "../../ffi/calls/file.ts";
import { fstat } from "../../ffi/calls/stat.ts";
import { ERRNO } from "../../ffi/constants/errno.ts";
import { SyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { Memory } from "../../ffi/memory.ts";
import { syscall, trySyscall } from "../../ffi/syscall.ts";
import { type Digest, digestOf, parseDigest } from "../base/digest.ts";

/** Up to here the whole file is read, which saves loading another module. */
const MAX_WHOLE_BYTES = 4 * 1024 ** 2;
const PIECE_BYTES = 1024 ** 2;
const SEEK_SET = 0;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** Takes in what is to be hashed. */
interface Hash {
  update(bytes: Uint8Array): unknown;
}

/** The digest of a whole file that nobody writes to any more. Blocks. */
export async function digestOfFile(file: Fd): Promise<Digest> {
  const { sizeBytes } = fstat(file.number);
  if (sizeBytes <= MAX_WHOLE_BYTES) {
    return digestOf(await Deno.readFile(file.path));
  }
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  hashFile(file, sizeBytes, hash);
  return parseDigest(`sha256:${hash.digest("hex")}`);
}

/** Holes are not read: that would fill the host's memory with zeros. */
function hashFile(file: Fd, sizeBytes: number, hash: Hash): void {
  using memory = new Memory(PIECE_BYTES);
  for (let at = 0; at < sizeBytes;) {
    const data = findData(file, at, sizeBytes);
    hashZeros(data - at, hash);
    const hole = data === sizeBytes
      ? sizeBytes
      : syscall("lseek", file.number, data, SEEK_HOLE);
    syscall("lseek", file.number, data, SEEK_SET);
    hashData(file, hole - data, { memory, hash });
    at = hole;
  }
}

function findData(file: Fd, at: number, sizeBytes: number): number {
  const data = trySyscall("lseek", file.number, at, SEEK_DATA);
  if (data >= 0) return data;
  // ENXIO: nothing but a hole is left.
  if (data === -ERRNO.ENXIO) return sizeBytes;
  throw new SyscallError("lseek", -data);
}

function hashZeros(count: number, hash: Hash): void {
  const zeros = new Uint8Array(Math.min(count, PIECE_BYTES));
  for (let left = count; left > 0; left -= PIECE_BYTES) {
    hash.update(zeros.subarray(0, Math.min(left, PIECE_BYTES)));
  }
}

function hashData(
  file: Fd,
  count: number,
  { memory, hash }: { readonly memory: Memory; readonly hash: Hash },
): void {
  for (let left = count; left > 0;) {
    const room = { offset: 0, length: Math.min(left, PIECE_BYTES) };
    const length = read(file.number, memory, room);
    if (length === 0) throw new TypeError("The file has become shorter");
    hash.update(memory.bytes.subarray(0, length));
    left -= length;
  }
}
