/**
 * What overlayfs shows of layers, compared without it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { removePath } from "../../../lib/base/remove_tree.ts";
import { compareTrees } from "../../../lib/storage/tree_changes.ts";
import {
  commitLayer,
  inOverlay,
  makeSnapshot,
} from "../../support/overlays.ts";
import { openDescriptors } from "../../support/processes.ts";
import { rootTest } from "../../support/root.ts";

const LETTERS = { added: "A", changed: "C", removed: "D" };

function letters(before: string[], after: string[]): string[] {
  const open = openDescriptors();
  const changes = compareTrees(before, after);
  // Workers that have unpacked the layers may still be closing theirs.
  assert.ok(openDescriptors() <= open);
  return changes.map(({ kind, path }) => `${LETTERS[kind]} ${path}`);
}

/** Two stacks of layers on a common one, each changed on its own. */
async function withStacks(
  change: readonly [one: (root: string) => void, other: (root: string) => void],
  check: (one: string[], other: string[]) => void,
): Promise<void> {
  const directory = await Deno.makeTempDir({ dir: "/var/tmp" });
  try {
    const common = `${directory}/common`;
    await Deno.mkdir(`${common}/d/e`, { recursive: true });
    for (const name of ["d/f", "d/e/g", "z"]) {
      await Deno.writeTextFile(`${common}/${name}`, "text");
    }
    const stacks: string[][] = [];
    for (const [index, act] of change.entries()) {
      const snapshot = makeSnapshot(`${directory}/${index}`, [common]);
      inOverlay(snapshot, "changed", act);
      stacks.push(await commitLayer(directory, snapshot));
    }
    const [one = [], other = []] = stacks;
    check(one, other);
  } finally {
    removePath(directory);
  }
}

rootTest("compareTrees() finds the same in the same layers", () =>
  withStacks([
    (root): void => Deno.removeSync(`${root}/z`),
    (root): void => Deno.removeSync(`${root}/z`),
  ], (one, other) => {
    assert.deepEqual(letters(one, one), []);
    assert.deepEqual(letters(one, other), []);
  }));

rootTest(
  "compareTrees() tells what one stack has other than another",
  () =>
    withStacks([
      (root): void => {
        Deno.removeSync(`${root}/z`);
        Deno.writeTextFileSync(`${root}/d/e/g`, "changed");
        Deno.writeTextFileSync(`${root}/only-one`, "");
        Deno.symlinkSync("a", `${root}/link`);
      },
      (root): void => {
        removePath(`${root}/d`);
        Deno.mkdirSync(`${root}/d/new`, { recursive: true });
        Deno.symlinkSync("b", `${root}/link`);
      },
    ], (one, other) => {
      assert.deepEqual(letters(one, other), [
        "C /d",
        "D /d/e",
        "D /d/f",
        "A /d/new",
        "C /link",
        "D /only-one",
        "A /z",
      ]);
      assert.deepEqual(letters(other, one), [
        "C /d",
        "A /d/e",
        "A /d/e/g",
        "A /d/f",
        "D /d/new",
        "C /link",
        "A /only-one",
        "D /z",
      ]);
    }),
);

rootTest(
  "compareTrees() tells files in place of directories",
  () =>
    withStacks([
      (root): void => {
        removePath(`${root}/d`);
        Deno.writeTextFileSync(`${root}/d`, "a file");
      },
      (): void => {},
    ], (one, other) => {
      assert.deepEqual(letters(other, one), ["C /d"]);
      assert.deepEqual(letters(one, other), [
        "C /d",
        "A /d/e",
        "A /d/e/g",
        "A /d/f",
      ]);
    }),
);

rootTest(
  "compareTrees() tells everything of what stands alone",
  () =>
    withStacks([(): void => {}, (): void => {}], (one) => {
      const all = ["A /d", "A /d/e", "A /d/e/g", "A /d/f", "A /z"];
      assert.deepEqual(letters([], one), all);
      assert.deepEqual(letters(one, []), ["D /d", "D /z"]);
    }),
);
