/**
 * Keeps the files of images that a stream brings: what is large as content of
 * the store, which it may become without another copy, what is small together
 * in one file without a name.
 *
 * @module
 */
import { SyscallError } from "../../../ffi/errno.ts";
import { parseDigest } from "../../base/digest.ts";
import { HostError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { writeAllPatiently } from "../../base/patient_io.ts";
import { GrowingBlob } from "../content_store.ts";
import { printable } from "../tar/byte_string.ts";
import type { TarEntry } from "../tar/entry.ts";
import type { TarReader } from "../tar/reader.ts";
import type { ImageFile, ImageFiles } from "./image_files.ts";
import { MemberTable } from "./member_table.ts";

/** What is smaller is likely to be a document. */
const LARGE_BYTES = 256 * 1024;
/** Each has descriptors, of which a process may have a thousand. */
const MAX_LARGE = 128;

/**
 * Reads a whole archive.
 *
 * @param label What messages call it.
 * @throws {IntegrityError} If it is malformed or hostile.
 * @throws {HostError} If there is no space.
 */
export async function spoolArchive(
  paths: Pick<HostPaths, "blobs">,
  reader: TarReader,
  label: string,
): Promise<ImageFiles> {
  const { createHash } = await import("node:crypto");
  using owned = new DisposableStack();
  const small = owned.use(new GrowingBlob(paths));
  let smallBytes = 0;
  let largeCount = 0;

  /** Writes the present content to a file. */
  function spool(
    { name }: TarEntry,
    fd: number,
    see: (piece: Uint8Array) => void,
  ): void {
    try {
      for (let piece; (piece = reader.readContent()) !== undefined;) {
        const { offset, length } = piece;
        see(reader.memory.bytes.subarray(offset, offset + length));
        writeAllPatiently(fd, reader.memory, piece);
      }
    } catch (cause) {
      if (!(cause instanceof SyscallError)) throw cause;
      throw new HostError(
        `Cannot keep ${printable(name)} of "${label}": ${cause.code}`,
        { cause },
      );
    }
  }

  function take(entry: TarEntry): ImageFile {
    const size = entry.sizeBytes;
    if (size < LARGE_BYTES || largeCount >= MAX_LARGE) {
      const offset = smallBytes;
      smallBytes += size;
      spool(entry, small.file.number, () => {});
      return { file: small.file, offset, size };
    }
    largeCount++;
    const growing = owned.use(new GrowingBlob(paths));
    const hash = createHash("sha256");
    spool(entry, growing.file.number, (piece) => hash.update(piece));
    const digest = parseDigest(`sha256:${hash.digest("hex")}`);
    return { file: growing.file, offset: 0, size, blob: { growing, digest } };
  }

  const table = new MemberTable(label);
  for (
    let entry = reader.next();
    entry !== undefined;
    entry = reader.next()
  ) {
    const present = entry;
    await table.add(present, () => take(present));
  }
  reader.drain();
  const resources = owned.move();
  return {
    label,
    find: (name) => table.find(name),
    [Symbol.dispose]: () => resources[Symbol.dispose](),
  };
}
