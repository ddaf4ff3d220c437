/**
 * Records of a container on a disk that may be full, in tests without one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type HostPaths, hostPaths } from "../../lib/base/host_paths.ts";
import {
  type ContainerId,
  createContainerId,
} from "../../lib/base/identifiers.ts";
import {
  containerDirectory,
  stateDirectory,
} from "../../lib/engine/containers/records.ts";
import { TemporaryDirectory } from "./temporary_directory.ts";

const NAMES = ["exit.json.new", "stopped.new"];

/** A container's two directories. */
export class LastingRecords implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly paths: HostPaths;
  readonly id: ContainerId = createContainerId();

  constructor() {
    const { path } = this.#directory;
    this.paths = hostPaths({ root: `${path}/root`, runRoot: `${path}/run` });
    for (const directory of [this.#stays, this.#state]) {
      Deno.mkdirSync(directory, { recursive: true });
    }
  }

  get #stays(): string {
    return containerDirectory(this.paths, this.id);
  }

  get #state(): string {
    return stateDirectory(this.paths, this.id);
  }

  /** A directory that is in the way refuses a record as a full disk does. */
  fill(): void {
    for (const name of NAMES) {
      Deno.mkdirSync(`${this.#stays}/${name}/full`, { recursive: true });
    }
  }

  /** There is room again. */
  free(): void {
    for (const name of NAMES) {
      Deno.removeSync(`${this.#stays}/${name}`, { recursive: true });
    }
  }

  /** The names where records stay, and aside. */
  get files(): string[] {
    return [this.#stays, this.#state].map((path) => {
      try {
        return [...Deno.readDirSync(path)].map(({ name }) => name).join();
      } catch (error) {
        assert.ok(error instanceof Deno.errors.NotFound);
        return "none";
      }
    });
  }

  /** Removes the container, but not its state. */
  remove(): void {
    Deno.removeSync(this.#stays, { recursive: true });
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}
