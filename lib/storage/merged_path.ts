/**
 * Finds a file by its path in layers, as a process would that has an overlay
 * of them as its root. On the start path: no heavy import.
 *
 * @module
 * @see path_resolution(7)
 */
import { isDirectory } from "../../ffi/calls/stat.ts";
import { readlinkat } from "../../ffi/calls/file.ts";
import { S_IFLNK, S_IFMT } from "../../ffi/constants/stat.ts";
import type { Fd } from "../../ffi/fd.ts";
import {
  MergedDirectory,
  type MergedPath,
  openLayers,
  openPath,
} from "./merged_layers.ts";
import { type ByteString, byteString } from "./tar/byte_string.ts";

/** As many as the kernel follows. */
const MAX_LINKS = 40;

/**
 * Opens a file. Links are followed from layer to layer, and never lead outside.
 *
 * @param layers Absolute paths on the host, the topmost first.
 * @param path Absolute inside.
 * @returns As `O_PATH`, perhaps of no regular file; `undefined` if there is none.
 */
export function openMerged(
  layers: readonly string[],
  path: string,
): Fd | undefined {
  using opened = openLayers(layers);
  const bytes = new TextEncoder().encode(path);
  const walk = new Walk(opened.root, byteString(bytes, 0, bytes.length));
  for (;;) {
    const step = walk.next();
    if (step !== "on") return step;
  }
}

class Walk {
  /** From the root to where the walk is. */
  readonly #places: [MergedPath, ...MergedPath[]];
  /** Names still to go, the next at the end. */
  readonly #names: ByteString[];
  #links = 0;

  constructor(root: MergedPath, path: ByteString) {
    this.#places = [root];
    this.#names = componentsOf(path);
  }

  /** The file that is there, nothing, or that the walk goes on. */
  next(): Fd | "on" | undefined {
    const name = this.#names.pop();
    if (name === undefined) return undefined;
    if (name === "..") {
      if (this.#places.length > 1) this.#places.pop();
      return "on";
    }
    const place = this.#places.at(-1) ?? this.#places[0];
    using directory = new MergedDirectory(place);
    const found = directory.find(name);
    if (found === undefined) return undefined;
    if ((found.status.mode & S_IFMT) === S_IFLNK) {
      return this.#follow(found.directory, name);
    }
    if (this.#names.length === 0) return openPath(found.directory, name);
    if (!isDirectory(found.status)) return undefined;
    this.#places.push(directory.child(name));
    return "on";
  }

  #follow(directory: Fd, name: ByteString): "on" | undefined {
    if (++this.#links > MAX_LINKS) return undefined;
    using link = openPath(directory, name);
    if (link === undefined) return undefined;
    const bytes = readlinkat(link.number, "");
    const target = byteString(bytes, 0, bytes.length);
    if (target.startsWith("/")) this.#places.splice(1);
    this.#names.push(...componentsOf(target));
    return "on";
  }
}

/** The names in a path, the first at the end. */
function componentsOf(path: ByteString): ByteString[] {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  return names.reverse() as ByteString[];
}
