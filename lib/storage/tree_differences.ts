/**
 * Compares two trees of files: what differs between one as it should be and
 * one as it is. Directories are kept as paths, not as descriptors, of which a
 * process has fewer than a tree has levels.
 *
 * @module
 */
import { openat, read, readlinkat } from "../../ffi/calls/file.ts";
import { type FileStatus, lstatat } from "../../ffi/calls/stat.ts";
import { lgetxattr, llistxattr } from "../../ffi/calls/xattr.ts";
import { O_NOFOLLOW, O_RDONLY } from "../../ffi/constants/fcntl.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../ffi/constants/stat.ts";
import type { Fd } from "../../ffi/fd.ts";
import { Memory } from "../../ffi/memory.ts";
import { isWhiteout, namesIn, openBelow, tryStat } from "./merged_layers.ts";
import { type ByteString, byteString, kernelPath } from "./tar/byte_string.ts";
import { LinkFinder } from "./tree_entry.ts";

const WINDOW_BYTES = 512 * 1024;
const MODE_BITS = 0o7777;
const ROOT = "" as ByteString;
/** What we write down about a layer ourselves. */
const OWN_XATTRS = /^trusted\.tsdocker\./;

/** Something that is not as it should be. */
export interface TreeDifference {
  /** The file's name below the root; empty for the root itself. */
  readonly name: ByteString;
  /** What is wrong with it, as a phrase: `is missing`. */
  readonly what: string;
}

/** Two trees, their roots open and not `O_PATH`. */
export interface ComparedTrees {
  /** As it should be. */
  readonly wanted: Fd;
  /** As it is. */
  readonly actual: Fd;
}

/**
 * Compares two trees: kinds, modes, owners, sizes, times, contents, targets,
 * devices, links and attributes. Times of directories and whiteouts are left
 * out: nothing says what they are where an archive does not name them.
 */
export function* treeDifferences(
  trees: ComparedTrees,
): Generator<TreeDifference> {
  using comparison = new Comparison(trees);
  yield* comparison.run();
}

/** A file that both trees have. */
interface Pair {
  readonly name: ByteString;
  readonly base: ByteString;
  readonly directories: ComparedTrees;
  readonly wanted: FileStatus;
  readonly actual: FileStatus;
}

class Comparison implements Disposable {
  readonly #trees: ComparedTrees;
  readonly #links = { wanted: new LinkFinder(), actual: new LinkFinder() };
  readonly #windows = [new Memory(WINDOW_BYTES), new Memory(WINDOW_BYTES)];

  constructor(trees: ComparedTrees) {
    this.#trees = trees;
  }

  *run(): Generator<TreeDifference> {
    const { wanted, actual } = this.#trees;
    const base = "." as ByteString;
    yield* this.#compare({
      name: ROOT,
      base,
      directories: this.#trees,
      wanted: lstatat(wanted.number, base),
      actual: lstatat(actual.number, base),
    });
    /** Ending with a slash, but for the root. */
    const prefixes: ByteString[] = [ROOT];
    for (
      let prefix = prefixes.pop();
      prefix !== undefined;
      prefix = prefixes.pop()
    ) {
      yield* this.#compareDirectory(prefix, prefixes);
    }
  }

  [Symbol.dispose](): void {
    for (const window of this.#windows) window[Symbol.dispose]();
  }

  *#compareDirectory(
    prefix: ByteString,
    prefixes: ByteString[],
  ): Generator<TreeDifference> {
    using wanted = openBelow(this.#trees.wanted, prefix);
    using actual = openBelow(this.#trees.actual, prefix);
    if (wanted === undefined || actual === undefined) return;
    const directories = { wanted, actual };
    const surplus = new Set(namesIn(actual));
    for (const base of namesIn(wanted)) {
      surplus.delete(base);
      const name = `${prefix}${base}` as ByteString;
      const status = {
        wanted: tryStat(wanted, base),
        actual: tryStat(actual, base),
      };
      if (status.wanted === undefined) continue;
      if (status.actual === undefined) {
        yield { name, what: "is missing" };
        continue;
      }
      const pair = {
        name,
        base,
        directories,
        wanted: status.wanted,
        actual: status.actual,
      };
      yield* this.#compare(pair);
      if (kindOf(status.wanted) === S_IFDIR) {
        prefixes.push(`${name}/` as ByteString);
      }
    }
    for (const base of surplus) {
      yield {
        name: `${prefix}${base}` as ByteString,
        what: "should not be there",
      };
    }
  }

  *#compare(pair: Pair): Generator<TreeDifference> {
    for (const what of this.#differences(pair)) {
      yield { name: pair.name, what };
    }
  }

  *#differences(pair: Pair): Generator<string> {
    const { name, wanted, actual } = pair;
    if (kindOf(wanted) !== kindOf(actual)) {
      yield "is a file of another kind";
      return;
    }
    const [link, actualLink] = [
      this.#links.wanted.find(wanted, name),
      this.#links.actual.find(actual, name),
    ];
    if (link !== actualLink) yield "is linked to other names";
    // What is said of the first name need not be said again.
    if (link !== undefined && link === actualLink) return;
    yield* compareStatus(wanted, actual);
    const kind = kindOf(wanted);
    if (kind === S_IFREG && wanted.sizeBytes === actual.sizeBytes) {
      if (!this.#hasSameContent(pair)) yield "has another content";
    }
    if (kind === S_IFLNK && !haveSame(pair, targetOf)) {
      yield "leads somewhere else";
    }
    if (!haveSame(pair, xattrsOf)) yield "has other extended attributes";
  }

  #hasSameContent({ base, directories }: Pair): boolean {
    const [first, second] = this.#windows;
    if (first === undefined || second === undefined) return false;
    const flags = O_RDONLY | O_NOFOLLOW;
    const path = kernelPath(base);
    using wanted = openat(directories.wanted.number, path, flags);
    using actual = openat(directories.actual.number, path, flags);
    for (;;) {
      const length = fill(wanted, first);
      if (length !== fill(actual, second)) return false;
      if (length === 0) return true;
      if (!isEqual(first, second, length)) return false;
    }
  }
}

function* compareStatus(
  wanted: FileStatus,
  actual: FileStatus,
): Generator<string> {
  const [mode, actualMode] = [wanted, actual].map((status) =>
    (status.mode & MODE_BITS).toString(8).padStart(4, "0")
  );
  if (mode !== actualMode) yield `has mode ${actualMode} instead of ${mode}`;
  const [owner, actualOwner] = [wanted, actual].map(({ uid, gid }) =>
    `${uid}:${gid}`
  );
  if (owner !== actualOwner) {
    yield `belongs to ${actualOwner} instead of ${owner}`;
  }
  const kind = kindOf(wanted);
  if (kind !== S_IFDIR && !isWhiteout(wanted)) {
    if (
      wanted.modified.seconds !== actual.modified.seconds ||
      wanted.modified.nanoseconds !== actual.modified.nanoseconds
    ) yield "was changed at another time";
  }
  if (kind === S_IFREG && wanted.sizeBytes !== actual.sizeBytes) {
    yield `has ${actual.sizeBytes} bytes instead of ${wanted.sizeBytes}`;
  }
  if (
    wanted.specialMajor !== actual.specialMajor ||
    wanted.specialMinor !== actual.specialMinor
  ) yield "is another device";
}

function kindOf({ mode }: FileStatus): number {
  return mode & S_IFMT;
}

/** Whether something is told of both alike. */
function haveSame(
  { base, directories: { wanted, actual } }: Pair,
  tell: (directory: Fd, base: ByteString) => string,
): boolean {
  return tell(wanted, base) === tell(actual, base);
}

function targetOf(directory: Fd, base: ByteString): string {
  const target = readlinkat(directory.number, kernelPath(base));
  return byteString(target, 0, target.length);
}

function xattrsOf(directory: Fd, base: ByteString): string {
  const path = kernelPath(`${directory.path}/${base}` as ByteString);
  return llistxattr(path).flatMap((bytes) => {
    const name = byteString(bytes, 0, bytes.length);
    if (OWN_XATTRS.test(name)) return [];
    const value = lgetxattr(path, bytes);
    return [`${name}=${byteString(value, 0, value.length)}`];
  }).sort().join("\0");
}

/** Reads as much as there is room for. */
function fill(file: Fd, memory: Memory): number {
  let length = 0;
  while (length < WINDOW_BYTES) {
    const extent = { offset: length, length: WINDOW_BYTES - length };
    const count = read(file.number, memory, extent);
    if (count === 0) break;
    length += count;
  }
  return length;
}

/** A word at a time; behind the end there is what was there before. */
function isEqual(a: Memory, b: Memory, length: number): boolean {
  const WORD_BYTES = 4;
  const words = Math.floor(length / WORD_BYTES);
  const [first, second] = [a, b].map(({ bytes }) =>
    new Uint32Array(bytes.buffer, bytes.byteOffset, words)
  );
  if (first === undefined || second === undefined) return false;
  for (let i = 0; i < words; i++) if (first[i] !== second[i]) return false;
  for (let i = words * WORD_BYTES; i < length; i++) {
    if (a.bytes[i] !== b.bytes[i]) return false;
  }
  return true;
}
