/**
 * Finds files by their path in layers, as a process would that has an overlay
 * of them as its root. On the start path: no heavy import.
 *
 * @module
 * @see path_resolution(7)
 */
import { isDirectory } from "../../ffi/calls/stat.ts";
import { readlinkat } from "../../ffi/calls/file.ts";
import { S_IFLNK, S_IFMT } from "../../ffi/constants/stat.ts";
import { Fd } from "../../ffi/fd.ts";
import {
  type LayerRoots,
  MergedDirectory,
  type MergedPath,
  openLayers,
  openPath,
} from "./merged_layers.ts";
import { type ByteString, byteString } from "./tar/byte_string.ts";

/** As many as the kernel follows. */
const MAX_LINKS = 40;

/** From the root of layers to a directory in them. */
type Places = readonly [MergedPath, ...MergedPath[]];

/**
 * Opens files of a directory. Links are followed from layer to layer, and never
 * lead outside.
 */
export class MergedFiles implements Disposable {
  readonly #layers: LayerRoots;
  /** Where the directory is; `undefined` if there is none. */
  readonly #places: Places | undefined;

  /**
   * @param layers Absolute paths on the host, the topmost first.
   * @param directory Absolute inside.
   */
  constructor(layers: readonly string[], directory: string) {
    using opened = new DisposableStack();
    this.#layers = opened.use(openLayers(layers));
    const end = new Walk([this.#layers.root], `${directory}/.`).end();
    this.#places = end instanceof Fd ? undefined : end;
    opened.move();
  }

  /**
   * Opens a file.
   *
   * @returns As `O_PATH`, perhaps of no regular file; `undefined` if there is none.
   */
  open(name: string): Fd | undefined {
    const end = this.#places && new Walk(this.#places, name).end();
    return end instanceof Fd ? end : undefined;
  }

  [Symbol.dispose](): void {
    this.#layers[Symbol.dispose]();
  }
}

class Walk {
  /** From the root to where the walk is. */
  readonly #places: [MergedPath, ...MergedPath[]];
  /** Names still to go, the next at the end. */
  readonly #names: ByteString[];
  #links = 0;

  constructor(places: Places, path: string) {
    this.#places = [...places];
    const bytes = new TextEncoder().encode(path);
    this.#names = componentsOf(byteString(bytes, 0, bytes.length));
  }

  /**
   * Where the path leads: to a file, opened, or, if it ends with a dot, into a
   * directory.
   */
  end(): Fd | Places | undefined {
    for (;;) {
      const step = this.#next();
      if (step !== "on") return step;
    }
  }

  #next(): Fd | Places | "on" | undefined {
    const name = this.#names.pop();
    if (name === undefined) return this.#places;
    if (name === ".") return "on";
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
  const names = path.split("/").filter((name) => name !== "");
  return names.reverse() as ByteString[];
}
