/**
 * Digests of files that have been written.
 *
 * @module
 */
import type { Fd } from "../../ffi/fd.ts";
import { type Digest, digestOf, parseDigest } from "../base/digest.ts";

/** Up to here the whole file is read, which saves loading another module. */
const MAX_WHOLE_BYTES = 4 * 1024 ** 2;
const PIECE_BYTES = 1024 ** 2;

/** The digest of a whole file that nobody writes to any more. */
export async function digestOfFile(file: Fd): Promise<Digest> {
  using input = await Deno.open(file.path);
  const { size } = await input.stat();
  if (size <= MAX_WHOLE_BYTES) return digestOf(await Deno.readFile(file.path));
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  const piece = new Uint8Array(PIECE_BYTES);
  for (;;) {
    const count = await input.read(piece);
    if (count === null) break;
    hash.update(piece.subarray(0, count));
  }
  return parseDigest(`sha256:${hash.digest("hex")}`);
}
