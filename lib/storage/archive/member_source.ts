/**
 * Files as an archive is to hold them, whatever they are made of: the same
 * ones always give the same archive.
 *
 * @module
 */
import { type Extent, lseek, read } from "../../../ffi/calls/file.ts";
import { Memory } from "../../../ffi/memory.ts";
import { IntegrityError } from "../../base/errors.ts";
import type { FilePart } from "../content_store.ts";
import type { ByteString } from "../tar/byte_string.ts";
import type { EntrySource, EntryType, TarEntry } from "../tar/entry.ts";

/** A file of an archive to be written: its content, or where that is. */
export interface ArchiveMember {
  /** Plain ASCII, relative; one that ends in a slash is a directory. */
  readonly name: string;
  readonly content: Uint8Array | MemberFile;
}

/** Content in a file that is opened when its turn has come. */
export interface MemberFile {
  /** Bytes. */
  readonly size: number;
  /** Opens it, from its beginning; ours to close. */
  open(): FilePart["file"];
}

const WINDOW_BYTES = 512 * 1024;
const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;

/** Members in the order of their names. */
export class MemberSource implements EntrySource, Disposable {
  readonly memory = new Memory(WINDOW_BYTES);
  readonly #members: ArchiveMember[];
  readonly #seconds: number;
  #bytes = new Uint8Array();
  #file: FilePart["file"] | undefined;
  #name = "";
  #left = 0;

  /** @param seconds The time of all files, since 1970. */
  constructor(members: readonly ArchiveMember[], seconds: number) {
    this.#seconds = seconds;
    this.#members = members.toSorted((a, b) => a.name < b.name ? 1 : -1);
  }

  next(): TarEntry | undefined {
    this.#close();
    const member = this.#members.pop();
    if (member === undefined) return undefined;
    const { name, content } = member;
    this.#name = name;
    if (content instanceof Uint8Array) {
      this.#bytes = Uint8Array.from(content);
      this.#left = content.length;
    } else {
      this.#file = content.open();
      this.#left = content.size;
      lseek(this.#file.number, 0);
    }
    return this.#entry(name, name.endsWith("/") ? "directory" : "file");
  }

  /**
   * As of {@linkcode EntrySource}.
   *
   * @throws {IntegrityError} If a file is shorter than was said.
   */
  readContent(): Extent | undefined {
    if (this.#left === 0) return undefined;
    const wanted = Math.min(this.#left, WINDOW_BYTES);
    const length = this.#file === undefined
      ? this.#copy(wanted)
      : read(this.#file.number, this.memory, { offset: 0, length: wanted });
    if (length === 0) {
      throw new IntegrityError(
        `Cannot save "${this.#name}": it ends ${this.#left} bytes early`,
      );
    }
    this.#left -= length;
    return { offset: 0, length };
  }

  [Symbol.dispose](): void {
    this.#close();
    this.memory[Symbol.dispose]();
  }

  #copy(wanted: number): number {
    const start = this.#bytes.length - this.#left;
    this.memory.bytes.set(this.#bytes.subarray(start, start + wanted));
    return wanted;
  }

  #close(): void {
    this.#file?.[Symbol.dispose]();
    this.#file = undefined;
  }

  #entry(name: string, type: EntryType): TarEntry {
    return {
      type,
      name: name as ByteString,
      linkName: "" as ByteString,
      mode: type === "directory" ? DIRECTORY_MODE : FILE_MODE,
      uid: 0,
      gid: 0,
      modified: { seconds: this.#seconds, nanoseconds: 0 },
      device: { major: 0, minor: 0 },
      sizeBytes: this.#left,
      extents: undefined,
      xattrs: new Map(),
    };
  }
}
