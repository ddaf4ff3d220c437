/** @module */
import assert from "node:assert/strict";
import { type HostPaths, hostPaths } from "../../../../lib/base/host_paths.ts";
import {
  type ContainerId,
  createContainerId,
} from "../../../../lib/base/identifiers.ts";
import {
  type ExitRecord,
  readExit,
  removeState,
  writeExit,
} from "../../../../lib/engine/containers/exit_record.ts";
import {
  containerDirectory,
  stateDirectory,
} from "../../../../lib/engine/containers/records.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const EXIT: ExitRecord = {
  exitCode: 3,
  startedMs: 5,
  finishedMs: 6,
  oomKilled: false,
  restartCount: 0,
};

/** A container with both directories, and whether there is room for a record. */
class Records implements Disposable {
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
    for (const name of ["exit.json", "exit.json.new"]) {
      Deno.mkdirSync(`${this.#stays}/${name}/full`, { recursive: true });
    }
  }

  free(): void {
    for (const name of ["exit.json", "exit.json.new"]) {
      Deno.removeSync(`${this.#stays}/${name}`, { recursive: true });
    }
  }

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

  remove(): void {
    Deno.removeSync(this.#stays, { recursive: true });
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

Deno.test("writeExit() writes where the record stays", () => {
  using records = new Records();
  const { paths, id } = records;
  assert.equal(readExit(paths, id), undefined);
  writeExit(paths, id, EXIT);
  assert.deepEqual(readExit(paths, id), EXIT);
  assert.deepEqual(records.files, ["exit.json", ""]);
  removeState(paths, id);
  assert.deepEqual(readExit(paths, id), EXIT);
  assert.deepEqual(records.files, ["exit.json", "none"]);
});

Deno.test("writeExit() writes aside on a full disk, removeState() moves it", () => {
  using records = new Records();
  const { paths, id } = records;
  records.fill();
  writeExit(paths, id, EXIT);
  assert.equal(records.files[1], "exit.json");
  removeState(paths, id);
  assert.equal(records.files[1], "exit.json", "it is still full");
  assert.deepEqual(readExit(paths, id), EXIT);
  records.free();
  removeState(paths, id);
  assert.deepEqual(records.files, ["exit.json", "none"]);
  assert.deepEqual(readExit(paths, id), EXIT);
});

Deno.test("writeExit() forgets what it has written aside before", () => {
  using records = new Records();
  const { paths, id } = records;
  records.fill();
  writeExit(paths, id, EXIT);
  records.free();
  const later = { ...EXIT, exitCode: 0, startedMs: 7 };
  writeExit(paths, id, later);
  assert.deepEqual(readExit(paths, id), later);
  assert.deepEqual(records.files, ["exit.json", ""]);
});

Deno.test("writeExit() writes nothing of a container that is gone", () => {
  using records = new Records();
  const { paths, id } = records;
  records.remove();
  writeExit(paths, id, EXIT);
  assert.deepEqual(records.files, ["none", ""]);
  assert.equal(readExit(paths, id), undefined);
});

Deno.test("writeExit() throws if there is no room anywhere", () => {
  using records = new Records();
  const { paths, id } = records;
  records.fill();
  const inTheWay = `${stateDirectory(paths, id)}/exit.json.new/full`;
  Deno.mkdirSync(inTheWay, { recursive: true });
  assert.throws(() => writeExit(paths, id, EXIT), { code: "EISDIR" });
});

Deno.test("readExit() takes a damaged record for none", () => {
  using records = new Records();
  const { paths, id } = records;
  const path = `${containerDirectory(paths, id)}/exit.json`;
  const text = JSON.stringify(EXIT);
  for (let length = 0; length < text.length; length++) {
    Deno.writeTextFileSync(path, text.slice(0, length));
    assert.equal(readExit(paths, id), undefined, text.slice(0, length));
  }
});
