import assert from "node:assert/strict";
import {
  noteBegun,
  noteFinished,
  undoBegun,
} from "../../../lib/storage/unfinished.ts";

/** Something begun that tells when it is undone. */
function work(name: string, undone: string[]): Disposable {
  return { [Symbol.dispose]: () => void undone.push(name) };
}

Deno.test("undoBegun() undoes the latest first, each once", () => {
  const undone: string[] = [];
  for (const name of ["a", "b"]) noteBegun(work(name, undone));
  undoBegun();
  undoBegun();
  assert.deepEqual(undone, ["b", "a"]);
});

Deno.test("undoBegun() leaves alone what is finished, or owned", () => {
  const undone: string[] = [];
  const finished = work("finished", undone);
  const owned = work("owned", undone);
  noteBegun(finished);
  noteBegun(owned);
  noteBegun({
    [Symbol.dispose](): void {
      noteFinished(owned);
      undone.push("owner");
    },
  });
  noteFinished(finished);
  undoBegun();
  assert.deepEqual(undone, ["owner"]);
});

Deno.test("undoBegun() undoes the rest if something fails", () => {
  const undone: string[] = [];
  noteBegun(work("first", undone));
  noteBegun({
    [Symbol.dispose](): void {
      throw new Error("cannot be undone");
    },
  });
  undoBegun();
  assert.deepEqual(undone, ["first"]);
});
