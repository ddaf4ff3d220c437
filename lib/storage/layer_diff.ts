/**
 * The changes of a container as a layer of an image: what it has added and
 * changed, and the names by which a layer says that files are gone. Read from
 * the container's own layer: nothing is mounted, and the container may run.
 *
 * Directories come before what is in them, names in order, so the same changes
 * always give the same entries.
 *
 * @module
 * @see image-spec 1.1, layer.md, "Representing Changes"
 */
import { type Extent } from "../../ffi/calls/file.ts";
import { type FileStatus, fstat, isDirectory } from "../../ffi/calls/stat.ts";
import type { Fd } from "../../ffi/fd.ts";
import type { Memory } from "../../ffi/memory.ts";
import {
  type ComparedDirectory,
  type ComparedFile,
  compareDirectory,
  type ComparedLayers,
  type ComparedPath,
  compareLayers,
} from "./compared_directory.ts";
import { isSameDirectory } from "./layer_changes.ts";
import {
  isWhiteout,
  MergedDirectory,
  openBelow,
  openPath,
} from "./merged_layers.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ByteString } from "./tar/byte_string.ts";
import type { EntrySource, TarEntry } from "./tar/entry.ts";
import { OPAQUE_NAME, whiteoutName } from "./tar/whiteout.ts";
import { keptXattrs } from "./tar/xattrs.ts";
import {
  entryType,
  FileContent,
  LinkFinder,
  makeEntry,
  readLink,
} from "./tree_entry.ts";
import { assertStorable, whiteoutEntry } from "./whiteout_entry.ts";

const ROOT = "." as ByteString;
const NO_LINK = "" as ByteString;
/** A directory that is being told of. */
interface Level {
  readonly path: ComparedPath;
  /** Itself, until it has been told of. */
  entry: TarEntry | undefined;
  /** What has not been told of, the next at the end. */
  readonly files: ComparedFile[];
}

/** One pass over the changes of a container. */
export class LayerDiff implements EntrySource, Disposable {
  readonly #layers: ComparedLayers;
  readonly #content = new FileContent();
  readonly #links = new LinkFinder();
  readonly #levels: Level[] = [];
  /** What comes next, before anything else. */
  readonly #ready: TarEntry[] = [];
  /** The directory that is open. */
  #open: { readonly prefix: ByteString; readonly fd: Fd } | undefined;

  readonly #stored: (entry: TarEntry) => TarEntry;

  /**
   * @param stored What an image is to have in place of a file.
   * @throws {SyscallError} If the container's layer cannot be read.
   */
  constructor(
    snapshot: Pick<Snapshot, "upper" | "lower">,
    stored: (entry: TarEntry) => TarEntry = (entry): TarEntry => entry,
  ) {
    this.#stored = stored;
    this.#layers = compareLayers(snapshot);
    this.#begin();
  }

  /** As of {@linkcode EntrySource}. */
  get memory(): Memory {
    return this.#content.memory;
  }

  /**
   * The next entry of the layer; a file that is gone by now is left out.
   *
   * @throws {ConflictError} If a file has a name that layers have a use for.
   * @throws {SyscallError} If the host refuses something: a bad disk.
   */
  next(): TarEntry | undefined {
    this.#content.close();
    for (;;) {
      const ready = this.#ready.shift();
      if (ready !== undefined) return ready;
      const level = this.#levels.at(-1);
      if (level === undefined) return undefined;
      const file = level.files.pop();
      if (file === undefined) this.#levels.pop();
      else this.#visit(level, file);
    }
  }

  /** As of {@linkcode EntrySource}; ends early if the file has shrunk. */
  readContent(): Extent | undefined {
    return this.#content.readContent();
  }

  /** Closes what it has opened. */
  [Symbol.dispose](): void {
    this.#open?.fd[Symbol.dispose]();
    this.#content[Symbol.dispose]();
    this.#layers[Symbol.dispose]();
  }

  /** Its layer's root has a time of its own, which tells nothing. */
  #begin(): void {
    const path = this.#layers.root;
    using image = new MergedDirectory(path.image);
    const status = fstat(path.upper.number);
    const { top } = image;
    const entry = makeEntry(ROOT, status, {
      type: "directory",
      xattrs: keptXattrs(path.upper.number),
    });
    const below = top === undefined
      ? undefined
      : { ...fstat(top.number), modified: status.modified };
    const isSame = isUnchanged(entry, { status, below, top });
    this.#enter(path, entry, isSame ? "waits" : "is told");
  }

  #visit(level: Level, file: ComparedFile): void {
    const { name, path } = file;
    const { prefix } = level.path.image;
    const whole = `${prefix}${name}` as ByteString;
    if (file.isRemoval) {
      if (file.original === undefined) return;
      const base = whiteoutName(name);
      return this.#hide(`${prefix}${base}` as ByteString);
    }
    assertStorable(whole);
    if (path !== undefined) return this.#visitDirectory(path, file);
    if (this.#levels.some(({ entry }) => entry !== undefined)) {
      // Its content is open only as long as it is the present file.
      level.files.push(file);
      return this.#tellDirectories();
    }
    using node = this.#openIn(level, name);
    if (node !== undefined) this.#visitFile(node, whole);
  }

  #visitFile(node: Fd, name: ByteString): void {
    const status = fstat(node.number);
    const type = entryType(status);
    // It may have become another file since its directory was read.
    const isGone = type === undefined || isDirectory(status) ||
      isWhiteout(status);
    if (isGone) return;
    const link = this.#links.find(status, name);
    if (link !== undefined) {
      const known = { type: "hard-link", linkName: link } as const;
      return this.#tell(makeEntry(name, status, known));
    }
    if (type === "file") {
      const xattrs = this.#content.open(node, status);
      return this.#tell(makeEntry(name, status, { type, xattrs }));
    }
    const linkName = type === "symbolic-link" ? readLink(node) : NO_LINK;
    this.#tell(makeEntry(name, status, { type, linkName }));
  }

  #visitDirectory(path: ComparedPath, { original }: ComparedFile): void {
    const { prefix } = path.image;
    using own = openBelow(path.upper, prefix);
    if (own === undefined) return;
    const status = fstat(own.number);
    const entry = makeEntry(prefix, status, {
      type: "directory",
      xattrs: keptXattrs(own.number),
    });
    using image = new MergedDirectory(path.image);
    const { top } = image;
    const isSame = !path.isHidden &&
      isUnchanged(entry, { status, below: original, top });
    this.#enter(path, entry, isSame ? "waits" : "is told");
  }

  /** One that is as it was is told of only if something in it is. */
  #enter(
    path: ComparedPath,
    entry: TarEntry,
    telling: "is told" | "waits",
  ): void {
    const compared = compareDirectory(path);
    if (compared === undefined) return;
    const files = [...compared.files].sort(byEntryName).reverse();
    // A layer that says nothing of its root leaves it as it was.
    const isLeftOut = telling === "waits" && entry.name === ROOT;
    this.#levels.push({ path, entry: isLeftOut ? undefined : entry, files });
    if (telling === "is told") this.#tellDirectories();
    if (!beginsAnew(compared)) return;
    this.#hide(`${path.image.prefix}${OPAQUE_NAME}` as ByteString);
  }

  #tell(entry: TarEntry): void {
    this.#tellDirectories();
    this.#ready.push(this.#stored(entry));
  }

  #hide(name: ByteString): void {
    this.#tellDirectories();
    this.#ready.push(whiteoutEntry(name));
  }

  #tellDirectories(): void {
    for (const level of this.#levels) {
      if (level.entry === undefined) continue;
      this.#ready.push(this.#stored(level.entry));
      level.entry = undefined;
    }
  }

  #openIn({ path }: Level, name: ByteString): Fd | undefined {
    const { prefix } = path.image;
    if (this.#open?.prefix !== prefix) {
      this.#open?.fd[Symbol.dispose]();
      this.#open = undefined;
      const fd = openBelow(path.upper, prefix);
      if (fd === undefined) return undefined;
      this.#open = { prefix, fd };
    }
    return openPath(this.#open.fd, name);
  }
}

/** Whether it hides what the image has, other than by single names. */
function beginsAnew({ isNew, hidden, files }: ComparedDirectory): boolean {
  if (!isNew) return false;
  return hidden.length > 0 ||
    files.some(({ original }) =>
      original !== undefined && isDirectory(original)
    );
}

/** Whether a directory is as in the image. */
function isUnchanged(
  { xattrs }: TarEntry,
  { status, below, top }: {
    readonly status: FileStatus;
    readonly below: FileStatus | undefined;
    readonly top: Fd | undefined;
  },
): boolean {
  if (below === undefined || top === undefined) return false;
  if (!isSameDirectory(status, below)) return false;
  const others = keptXattrs(top.number);
  return xattrs.size === others.size &&
    [...xattrs].every(([name, value]) =>
      others.get(name)?.toHex() === value.toHex()
    );
}

function byEntryName(a: ComparedFile, b: ComparedFile): number {
  return entryName(a) < entryName(b) ? -1 : 1;
}

function entryName({ name, isRemoval }: ComparedFile): ByteString {
  return isRemoval ? whiteoutName(name) : name;
}
