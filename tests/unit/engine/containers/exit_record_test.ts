/** @module */
import assert from "node:assert/strict";
import {
  exitCodeOf,
  type ExitRecord,
  readExit,
  writeExit,
} from "../../../../lib/engine/containers/exit_record.ts";
import { removeState } from "../../../../lib/engine/containers/lasting.ts";
import {
  containerDirectory,
  stateDirectory,
} from "../../../../lib/engine/containers/records.ts";
import { LastingRecords } from "../../../support/lasting_records.ts";

const EXIT: ExitRecord = {
  exitCode: 3,
  startedMs: 5,
  finishedMs: 6,
  oomKilled: false,
  restartCount: 0,
};

Deno.test("writeExit() writes where the record stays", () => {
  using records = new LastingRecords();
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
  using records = new LastingRecords();
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
  using records = new LastingRecords();
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
  using records = new LastingRecords();
  const { paths, id } = records;
  records.remove();
  writeExit(paths, id, EXIT);
  assert.deepEqual(records.files, ["none", ""]);
  assert.equal(readExit(paths, id), undefined);
});

Deno.test("writeExit() throws if there is no room anywhere", () => {
  using records = new LastingRecords();
  const { paths, id } = records;
  records.fill();
  const inTheWay = `${stateDirectory(paths, id)}/exit.json.new/full`;
  Deno.mkdirSync(inTheWay, { recursive: true });
  assert.throws(() => writeExit(paths, id, EXIT), { code: "EISDIR" });
});

Deno.test("readExit() takes a damaged record for none", () => {
  using records = new LastingRecords();
  const { paths, id } = records;
  const path = `${containerDirectory(paths, id)}/exit.json`;
  const text = JSON.stringify(EXIT);
  for (let length = 0; length < text.length; length++) {
    Deno.writeTextFileSync(path, text.slice(0, length));
    assert.equal(readExit(paths, id), undefined, text.slice(0, length));
  }
});

Deno.test("exitCodeOf() is what a shell would report", () => {
  assert.equal(exitCodeOf({ kind: "exited", status: 3 }), 3);
  assert.equal(exitCodeOf({ kind: "signaled", signal: 15 }), 143);
});
