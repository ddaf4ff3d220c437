/**
 * Finds the files of images in an archive that can be read again: what is in
 * it stays where it is.
 *
 * @module
 */
import { lseek, openat, read } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../ffi/fd.ts";
import type { Memory } from "../../../ffi/memory.ts";
import { TarReader } from "../tar/reader.ts";
import type { ByteSource } from "../tar/window.ts";
import type { ImageFiles } from "./image_files.ts";
import { MemberTable } from "./member_table.ts";

/** An open archive, not packed. */
export interface PlainArchive {
  /** What messages call it. */
  readonly label: string;
  /** Ours from now on. */
  readonly file: Fd;
  /** Bytes. */
  readonly size: number;
}

/**
 * Reads the headers of an archive.
 *
 * @throws {IntegrityError} If it is malformed or hostile.
 */
export async function indexArchive(
  { label, file, size }: PlainArchive,
): Promise<ImageFiles> {
  using owned = new DisposableStack();
  owned.use(file);
  // A second open file: documents are read from the first.
  using own = openat(AT_FDCWD, file.path, O_RDONLY);
  using reader = new TarReader(new FileSource(own, size), label);
  const table = new MemberTable(label);
  for (
    let entry = reader.next();
    entry !== undefined;
    entry = reader.next()
  ) {
    const offset = reader.position;
    const { sizeBytes } = entry;
    await table.add(entry, () => ({ file, offset, size: sizeBytes }));
  }
  const resources = owned.move();
  return {
    label,
    find: (name) => table.find(name),
    [Symbol.dispose]: () => resources[Symbol.dispose](),
  };
}

/** A file, in which what is of no interest is passed over. */
class FileSource implements ByteSource {
  readonly #file: Fd;
  readonly #size: number;
  #position = 0;

  constructor(file: Fd, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Headers are far apart, so that no more is read than they are likely to take. */
  read(memory: Memory, offset: number, length: number): number {
    const HEADERS_BYTES = 4096;
    const wanted = Math.min(length, HEADERS_BYTES);
    const count = read(this.#file.number, memory, { offset, length: wanted });
    this.#position += count;
    return count;
  }

  skip(count: number): number {
    const skipped = Math.max(0, Math.min(count, this.#size - this.#position));
    this.#position += skipped;
    lseek(this.#file.number, this.#position);
    return skipped;
  }
}
