/**
 * Changes that overlayfs has recorded, as layers of an image.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mknodat, openat } from "../../../ffi/calls/file.ts";
import { lsetxattr } from "../../../ffi/calls/xattr.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { S_IFCHR, S_IFIFO } from "../../../ffi/constants/stat.ts";
import { removePath } from "../../../lib/base/remove_tree.ts";
import { ConflictError } from "../../../lib/base/errors.ts";
import { LayerDiff } from "../../../lib/storage/layer_diff.ts";
import type { TarEntry } from "../../../lib/storage/tar/entry.ts";
import {
  commitLayer,
  inOverlay,
  listTree,
  makeSnapshot,
  writeChanges,
} from "../../support/overlays.ts";
import { openDescriptors } from "../../support/processes.ts";
import { Random } from "../../support/random.ts";
import { rootTest } from "../../support/root.ts";

type Change = (root: string) => void;

/** A directory with a layer of an image in it. */
class Workplace implements Disposable {
  readonly directory = Deno.makeTempDirSync({
    dir: "/var/tmp",
    prefix: "layer-diff-",
  });
  readonly layer = `${this.directory}/layer`;

  constructor() {
    Deno.mkdirSync(`${this.layer}/d/e`, { recursive: true });
    for (const name of ["d/f", "d/g", "d/e/h", "z"]) {
      Deno.writeTextFileSync(`${this.layer}/${name}`, "text");
    }
  }

  /** Names, kinds and link targets of what changes become. */
  entriesOf(change: Change): TarEntry[] {
    const snapshot = makeSnapshot(`${this.directory}/one`, [this.layer]);
    inOverlay(snapshot, "changed", change);
    const before = openDescriptors();
    const entries: TarEntry[] = [];
    {
      using diff = new LayerDiff(snapshot);
      for (let entry = diff.next(); entry !== undefined; entry = diff.next()) {
        entries.push(entry);
      }
    }
    assert.equal(openDescriptors(), before);
    return entries;
  }

  [Symbol.dispose](): void {
    removePath(this.directory);
  }
}

function namesOf(change: Change): string[] {
  using place = new Workplace();
  return place.entriesOf(change).map(({ name, type, linkName }) =>
    type === "hard-link" ? `${name} = ${linkName}` : name
  );
}

rootTest("LayerDiff has nothing of what is only read", () => {
  assert.deepEqual(namesOf((root) => Deno.readTextFileSync(`${root}/z`)), []);
  const changedBack = namesOf((root) => {
    Deno.chmodSync(`${root}/d/e`, 0o700);
    Deno.chmodSync(`${root}/d/e`, 0o755);
  });
  assert.deepEqual(changedBack, []);
});

rootTest("LayerDiff has changed files with the directories they are in", () => {
  const names = namesOf((root) => {
    Deno.writeTextFileSync(`${root}/d/e/h`, "other");
    Deno.writeTextFileSync(`${root}/a`, "new");
  });
  assert.deepEqual(names, ["a", "d/", "d/e/", "d/e/h"]);
});

rootTest("LayerDiff marks what is gone, in order of names", () => {
  const names = namesOf((root) => {
    Deno.removeSync(`${root}/d/g`);
    Deno.removeSync(`${root}/d/f`);
    Deno.writeTextFileSync(`${root}/d/!`, "");
    Deno.removeSync(`${root}/z`);
    Deno.writeTextFileSync(`${root}/n`, "");
    Deno.removeSync(`${root}/n`);
  });
  assert.deepEqual(names, [".wh.z", "d/", "d/!", "d/.wh.f", "d/.wh.g"]);
});

rootTest("LayerDiff says first that a directory begins anew", () => {
  const names = namesOf((root) => {
    removePath(`${root}/d`);
    Deno.mkdirSync(`${root}/d/e`, { recursive: true });
    Deno.writeTextFileSync(`${root}/d/!`, "");
    // Nothing was there before: it hides nothing.
    Deno.mkdirSync(`${root}/new/er`, { recursive: true });
    Deno.removeSync(`${root}/z`);
    Deno.mkdirSync(`${root}/z`);
  });
  assert.deepEqual(names, [
    "d/",
    "d/.wh..wh..opq",
    "d/!",
    "d/e/",
    "new/",
    "new/er/",
    "z/",
  ]);
});

rootTest("LayerDiff keeps links, devices, attributes and owners", () => {
  using place = new Workplace();
  const entries = place.entriesOf((root) => {
    Deno.mkdirSync(`${root}/a`);
    Deno.writeTextFileSync(`${root}/z`, "more text");
    Deno.linkSync(`${root}/z`, `${root}/a/same`);
    Deno.symlinkSync("../z", `${root}/a/link`);
    const none = { major: 0, minor: 0 };
    mknodat(AT_FDCWD, `${root}/fifo`, S_IFIFO | 0o640, none);
    mknodat(AT_FDCWD, `${root}/null`, S_IFCHR, { major: 1, minor: 3 });
    Deno.chownSync(`${root}/z`, 5, 6);
    Deno.chmodSync(`${root}/z`, 0o4751);
    const value = new TextEncoder().encode("v");
    for (const name of ["user.b", "user.a"]) {
      lsetxattr(`${root}/z`, name, value);
    }
    lsetxattr(`${root}/d`, "user.only", value);
    Deno.listen({ transport: "unix", path: `${root}/socket` }).close();
  });
  const found = new Map(entries.map((entry) => [String(entry.name), entry]));
  assert.deepEqual([...found.keys()], [
    "a/",
    "a/link",
    "a/same",
    "d/",
    "fifo",
    "null",
    "z",
  ]);
  assert.equal(found.get("a/link")?.linkName, "../z");
  assert.equal(found.get("fifo")?.type, "fifo");
  assert.deepEqual(found.get("null")?.device, { major: 1, minor: 3 });
  const { type, mode, uid, gid, xattrs } = found.get("a/same") ?? {};
  assert.deepEqual([type, mode, uid, gid], ["file", 0o4751, 5, 6]);
  assert.deepEqual([...xattrs?.keys() ?? []], ["user.a", "user.b"]);
  assert.equal(found.get("z")?.linkName, "a/same");
  assert.equal(found.get("d/")?.xattrs.size, 1);
});

rootTest("LayerDiff names the root only if it has changed", () => {
  assert.deepEqual(namesOf((root) => Deno.chmodSync(root, 0o700)), ["."]);
});

rootTest("LayerDiff refuses names that layers have a use for", () => {
  for (const name of [".wh.x", ".wh..wh..opq"]) {
    assert.throws(
      () => namesOf((root) => Deno.writeTextFileSync(`${root}/${name}`, "")),
      (error) => error instanceof ConflictError && error.message.includes(name),
    );
  }
});

rootTest("LayerDiff tells trees deeper than there are descriptors", () => {
  const DEPTH = 1030;
  const names = namesOf((root) => {
    const path = `${root}/${"a/".repeat(DEPTH)}`;
    Deno.mkdirSync(path, { recursive: true });
    Deno.writeTextFileSync(`${path}f`, "");
  });
  assert.equal(names.length, DEPTH + 1);
  assert.equal(names.at(-1)?.length, DEPTH * 2 + 1);
});

rootTest("LayerDiff gives the same bytes again", () => {
  using place = new Workplace();
  const snapshot = makeSnapshot(`${place.directory}/c`, [place.layer]);
  inOverlay(snapshot, "changed", (root) => randomChanges(root, new Random(7)));
  const [one, other] = ["1", "2"].map((name) =>
    writeChanges(snapshot, `${place.directory}/${name}.tar`)
  );
  assert.ok((one?.length ?? 0) > 2048);
  assert.deepEqual(one, other);
});

/** Few names, so that much happens to each of them. */
const NAMES = ["a", "b", "c"];

function randomPath(random: Random): string {
  const depth = 1 + random.below(3);
  return Array.from({ length: depth }, () => random.pick(NAMES)).join("/");
}

const CHANGES: readonly ((path: string, random: Random) => void)[] = [
  (path, random) => Deno.writeTextFileSync(path, `${random.next()}`),
  (path) => Deno.mkdirSync(path),
  (path) => removePath(path),
  (path) => {
    removePath(path);
    Deno.mkdirSync(path);
  },
  (path) => {
    removePath(path);
    Deno.writeTextFileSync(path, "in its place");
  },
  (path) => Deno.symlinkSync("../a/b", path),
  (path, random) => {
    const root = path.slice(0, path.indexOf("/merged/") + "/merged/".length);
    Deno.linkSync(`${root}${randomPath(random)}`, path);
  },
  (path) => {
    using _exists = openat(AT_FDCWD, path, O_RDONLY);
    Deno.chownSync(path, 5, 6);
  },
  (path, random) => Deno.chmodSync(path, random.pick([0o700, 0o4755, 0o1777])),
  (path) => lsetxattr(path, "user.x", new TextEncoder().encode("y")),
  (path, random) =>
    Deno.renameSync(path, path.slice(0, -1) + random.pick(NAMES)),
  (path, random) => Deno.utimeSync(path, 1000, random.below(1e9)),
  (path) => mknodat(AT_FDCWD, path, S_IFCHR | 0o600, { major: 1, minor: 3 }),
];

/** Changes, many of which are not possible where they come. */
function randomChanges(root: string, random: Random): void {
  for (let count = 0; count < 40; count++) {
    const change = random.pick(CHANGES);
    const path = `${root}/${randomPath(random)}`;
    try {
      change(path, random);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof TypeError) throw error;
    }
  }
}

rootTest("LayerDiff has the content of files in unchanged directories", () => {
  using place = new Workplace();
  const snapshot = makeSnapshot(`${place.directory}/c`, [place.layer]);
  inOverlay(snapshot, "changed", (root) => {
    Deno.writeTextFileSync(`${root}/d/e/h`, "written in place");
  });
  const archive = writeChanges(snapshot, `${place.directory}/c.tar`);
  assert.match(new TextDecoder().decode(archive), /written in place/);
});

rootTest(
  "LayerDiff makes layers that show what the containers have shown",
  async () => {
    const ROUNDS = 6;
    const GENERATIONS = 5;
    for (let seed = 1; seed <= ROUNDS; seed++) {
      using place = new Workplace();
      const { directory } = place;
      const random = new Random(seed);
      let layers = [place.layer];
      for (let generation = 0; generation < GENERATIONS; generation++) {
        const path = `${directory}/${generation}`;
        const container = makeSnapshot(path, layers);
        const shown = inOverlay(container, "changed", (root) => {
          randomChanges(root, random);
          return listTree(root);
        });
        layers = await commitLayer(directory, container);
        const next = makeSnapshot(`${path}-next`, layers);
        const again = inOverlay(next, "read", listTree);
        assert.deepEqual(again, shown, `seed ${seed}, ${generation}`);
      }
    }
  },
);
