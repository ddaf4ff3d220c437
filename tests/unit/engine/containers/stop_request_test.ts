/** @module */
import assert from "node:assert/strict";
import { removeState } from "../../../../lib/engine/containers/lasting.ts";
import {
  clearStopRequest,
  isStopRequested,
  requestStop,
} from "../../../../lib/engine/containers/stop_request.ts";
import { LastingRecords } from "../../../support/lasting_records.ts";

Deno.test("requestStop() lasts until clearStopRequest()", () => {
  using records = new LastingRecords();
  const { paths, id } = records;
  assert.ok(!isStopRequested(paths, id));
  requestStop(paths, id);
  requestStop(paths, id);
  removeState(paths, id);
  assert.ok(isStopRequested(paths, id));
  clearStopRequest(paths, id);
  assert.ok(!isStopRequested(paths, id));
  assert.deepEqual(records.files, ["", "none"]);
});

Deno.test("requestStop() stops a container on a full disk, too", () => {
  using records = new LastingRecords();
  const { paths, id } = records;
  records.fill();
  requestStop(paths, id);
  assert.ok(isStopRequested(paths, id));
  removeState(paths, id);
  assert.equal(records.files[1], "stopped", "it is still full");
  records.free();
  removeState(paths, id);
  assert.deepEqual(records.files, ["stopped", "none"]);
  assert.ok(isStopRequested(paths, id));
});

Deno.test("clearStopRequest() forgets one that was written aside", () => {
  using records = new LastingRecords();
  const { paths, id } = records;
  records.fill();
  requestStop(paths, id);
  clearStopRequest(paths, id);
  assert.ok(!isStopRequested(paths, id));
});
