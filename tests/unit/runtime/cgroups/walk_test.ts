/** @module */
import assert from "node:assert/strict";
import { mkdirat, openat, rmdirat } from "../../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../../ffi/constants/fcntl.ts";
import { removePath } from "../../../../lib/base/remove_tree.ts";
import {
  type CgroupVisitor,
  walkCgroups,
} from "../../../../lib/runtime/cgroups/walk.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

/** Deeper than a process may have descriptors, and than a path reaches. */
const DEPTH = 3000;

function makeDeep(directory: string): void {
  let deepest = openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
  for (let depth = 0; depth < DEPTH; depth++) {
    using above = deepest;
    mkdirat(above.number, "deep", 0o755);
    deepest = openat(above.number, "deep", O_RDONLY | O_DIRECTORY);
  }
  deepest[Symbol.dispose]();
}

/** Writes down where the walk has been. */
function recorder(): CgroupVisitor & { readonly visits: readonly string[] } {
  const visits: string[] = [];
  return {
    visits,
    enter: (path) => {
      const place = Deno.realPathSync(path);
      visits.push(`enter ${place.slice(place.lastIndexOf("/") + 1)}`);
    },
    leave: (above, name) => {
      const place = Deno.realPathSync(above.path);
      const text = new TextDecoder().decode(name);
      visits.push(
        `leave ${place.slice(place.lastIndexOf("/") + 1)}/${text}`,
      );
    },
  };
}

Deno.test("walkCgroups() enters parents first and leaves children first", () => {
  using temporary = new TemporaryDirectory();
  const top = `${temporary.path}/top`;
  Deno.mkdirSync(`${top}/a/b`, { recursive: true });
  Deno.writeTextFileSync(`${top}/a/file`, "");
  const recorded = recorder();
  walkCgroups(top, recorded);
  assert.deepEqual(recorded.visits, [
    "enter top",
    "enter a",
    "enter b",
    "leave a/b",
    "leave top/a",
  ]);
});

Deno.test("walkCgroups() visits every one below", () => {
  using temporary = new TemporaryDirectory();
  for (const path of ["a/b", "c", "d/e/f", "d/g"]) {
    Deno.mkdirSync(`${temporary.path}/${path}`, { recursive: true });
  }
  const recorded = recorder();
  walkCgroups(temporary.path, recorded);
  const [, ...below] = recorded.visits.filter((visit) =>
    visit.startsWith("enter")
  );
  assert.deepEqual(
    below.toSorted(),
    ["a", "b", "c", "d", "e", "f", "g"].map((name) => `enter ${name}`),
  );
});

Deno.test("walkCgroups() follows no link, and visits nothing for no directory", () => {
  using temporary = new TemporaryDirectory();
  Deno.mkdirSync(`${temporary.path}/a`);
  Deno.symlinkSync("/proc", `${temporary.path}/a/link`);
  const recorded = recorder();
  walkCgroups(`${temporary.path}/a`, recorded);
  walkCgroups(`${temporary.path}/none`, recorded);
  assert.deepEqual(recorded.visits, ["enter a"]);
});

Deno.test("walkCgroups() can remove what it leaves, however deep", () => {
  using temporary = new TemporaryDirectory();
  const top = `${temporary.path}/top`;
  Deno.mkdirSync(top);
  try {
    makeDeep(top);
    let left = 0;
    walkCgroups(top, {
      leave: (above, name) => {
        rmdirat(above.number, name);
        left++;
      },
    });
    assert.equal(left, DEPTH);
    assert.deepEqual([...Deno.readDirSync(top)], []);
  } finally {
    removePath(top);
  }
});

Deno.test("walkCgroups() passes over what is removed meanwhile", () => {
  using temporary = new TemporaryDirectory();
  const top = `${temporary.path}/top`;
  Deno.mkdirSync(`${top}/a/b`, { recursive: true });
  const visits: string[] = [];
  walkCgroups(top, {
    enter: () => {
      visits.push("enter");
      if (visits.length === 2) Deno.removeSync(`${top}/a`, { recursive: true });
    },
    leave: () => {
      visits.push("leave");
    },
  });
  assert.deepEqual(visits, ["enter", "enter", "leave"]);
});

Deno.test("walkCgroups() leaves nothing open when its visitor throws", () => {
  using temporary = new TemporaryDirectory();
  const open = (): number => [...Deno.readDirSync("/proc/self/fd")].length;
  const before = open();
  assert.throws(() =>
    walkCgroups(temporary.path, {
      enter: () => {
        throw new Error("visitor");
      },
    }), /visitor/);
  assert.equal(open(), before);
});
