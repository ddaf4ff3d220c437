/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import { flock } from "../../../../ffi/calls/flock.ts";
import {
  AT_FDCWD,
  LOCK_EX,
  LOCK_NB,
  O_RDONLY,
} from "../../../../ffi/constants/fcntl.ts";
import type { Hierarchy } from "../../../../lib/runtime/cgroups/hierarchy.ts";
import { isThere } from "../../../../lib/runtime/cgroups/interface_file.ts";
import {
  DEFAULT_PARENT,
  lockParents,
  removeDefaultParent,
} from "../../../../lib/runtime/cgroups/parents.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

/** Directories in place of hierarchies: the parent is one in both. */
class Fake implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly hierarchies: readonly Hierarchy[];
  readonly parents: readonly string[];

  constructor(...names: string[]) {
    this.hierarchies = names.map((name) => ({
      version: "v1",
      mountPoint: `${this.#directory.path}/${name}`,
      controllers: [],
    }));
    this.parents = this.hierarchies.map(({ mountPoint }) =>
      `${mountPoint}${DEFAULT_PARENT}`
    );
    for (const path of this.parents) Deno.mkdirSync(path, { recursive: true });
  }

  left(): string[] {
    return this.parents.filter(isThere);
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

Deno.test("removeDefaultParent() removes it from every hierarchy", () => {
  using fake = new Fake("memory", "pids");
  removeDefaultParent(fake.hierarchies);
  assert.deepEqual(fake.left(), []);
  removeDefaultParent(fake.hierarchies);
});

Deno.test("removeDefaultParent() leaves one that has cgroups", () => {
  using fake = new Fake("memory", "pids");
  Deno.mkdirSync(`${fake.parents[0]}/box`);
  removeDefaultParent(fake.hierarchies);
  assert.deepEqual(fake.left(), [fake.parents[0]]);
});

Deno.test("removeDefaultParent() does nothing without cgroups", () => {
  removeDefaultParent([]);
});

Deno.test("lockParents() keeps the parent while a container is started", () => {
  using fake = new Fake("memory");
  {
    using _one = lockParents(fake.hierarchies);
    using _two = lockParents(fake.hierarchies);
    removeDefaultParent(fake.hierarchies);
    assert.deepEqual(fake.left(), fake.parents);
  }
  removeDefaultParent(fake.hierarchies);
  assert.deepEqual(fake.left(), []);
});

Deno.test("lockParents() goes on if somebody keeps the lock for good", () => {
  using fake = new Fake("memory");
  const path = fake.hierarchies[0]?.mountPoint ?? "";
  using hostile = openat(AT_FDCWD, path, O_RDONLY);
  flock(hostile.number, LOCK_EX | LOCK_NB);
  const start = performance.now();
  using _lock = lockParents(fake.hierarchies);
  const took = performance.now() - start;
  assert.ok(took >= 99 && took < 5000, `${took} ms`);
});

Deno.test("lockParents() has nothing to lock without cgroups", () => {
  using _lock = lockParents([]);
});
