/**
 * Unpacks an archive from a stream into a container. A compressed one is first
 * written to a file without a name, as it is read on another thread.
 *
 * @module
 */
import { openat, write } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDWR, O_TMPFILE } from "../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { Memory } from "../../../ffi/memory.ts";
import { readPatiently } from "../../base/patient_io.ts";
import { openArchiveFile } from "../../storage/archive_file.ts";
import { TarReader } from "../../storage/tar/reader.ts";
import type { ByteSource } from "../../storage/tar/window.ts";
import type { Engine } from "../engine.ts";
import { archiveToContainer, type ContainerPath } from "./copy.ts";

/** What messages call it. */
const LABEL = "-";
const BUFFER_BYTES = 256 * 1024;
const MAGIC_BYTES = 4;
const GZIP_MAGIC = "\x1f\x8b";
const ZSTD_MAGIC = "\x28\xb5\x2f\xfd";
const FILE_MODE = 0o600;

/**
 * Unpacks what a stream brings into a directory of a container: a tar archive,
 * plain or compressed by gzip or zstd. Blocks.
 *
 * @param fd The stream, such as stdin.
 * @returns How many bytes the files have.
 * @throws {NotFoundError} If there is no such container or directory.
 * @throws {IntegrityError} If the archive is malformed or hostile.
 */
export async function unpackStream(
  engine: Engine,
  fd: number,
  target: ContainerPath,
): Promise<number> {
  using stream = new Stream(fd);
  const magic = stream.peek(MAGIC_BYTES);
  if (magic.startsWith(GZIP_MAGIC) || magic === ZSTD_MAGIC) {
    return await unpackCompressed(engine, stream, target);
  }
  using reader = new TarReader(stream, LABEL);
  const bytes = await archiveToContainer(engine, reader, target);
  // Whoever writes it may have more to say, and must not find nobody there.
  reader.drain();
  return bytes;
}

async function unpackCompressed(
  engine: Engine,
  stream: Stream,
  target: ContainerPath,
): Promise<number> {
  const { root } = engine.paths;
  using file = openat(AT_FDCWD, root, O_TMPFILE | O_RDWR, FILE_MODE);
  stream.saveTo(file);
  using archive = await openArchiveFile(file.path);
  using reader = new TarReader(archive, LABEL);
  try {
    const bytes = await archiveToContainer(engine, reader, target);
    reader.drain();
    await archive.finish();
    return bytes;
  } catch (error) {
    throw await archive.explainEnd() ?? error;
  }
}

/** A stream whose beginning has been looked at. */
class Stream implements ByteSource, Disposable {
  readonly #fd: number;
  readonly #memory = new Memory(BUFFER_BYTES);
  #start = 0;
  #end = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Its first bytes as characters, fewer if there are no more. */
  peek(count: number): string {
    while (this.#end < count && this.#load() > 0);
    return String.fromCharCode(...this.#memory.bytes.subarray(0, count));
  }

  read(memory: Memory, offset: number, length: number): number {
    if (this.#start === this.#end) {
      return readPatiently(this.#fd, memory, { offset, length });
    }
    const count = Math.min(length, this.#end - this.#start);
    const end = this.#start + count;
    memory.bytes.set(this.#memory.bytes.subarray(this.#start, end), offset);
    this.#start = end;
    return count;
  }

  /** Writes all of it to a file. */
  saveTo(file: Fd): void {
    do {
      while (this.#start < this.#end) {
        const extent = {
          offset: this.#start,
          length: this.#end - this.#start,
        };
        this.#start += write(file.number, this.#memory, extent);
      }
      this.#start = this.#end = 0;
    } while (this.#load() > 0);
  }

  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
  }

  #load(): number {
    const extent = { offset: this.#end, length: BUFFER_BYTES - this.#end };
    const count = readPatiently(this.#fd, this.#memory, extent);
    this.#end += count;
    return count;
  }
}
