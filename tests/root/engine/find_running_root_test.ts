/**
 * Records of running containers that are damaged; tests/e2e/faults_records_test
 * has them made anew.
 *
 * @module
 */
import assert from "node:assert/strict";
import { findRunning } from "../../../lib/engine/containers/find_running.ts";
import {
  isRunningDamaged,
  stateDirectory,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { engineTest } from "../../support/engine.ts";
import { runningRecord } from "../../support/running_record.ts";

engineTest("findRunning() reads a record that is not damaged", (roots) => {
  using container = roots.create();
  const { id } = container.config;
  assert.equal(findRunning(roots.paths, id), undefined);
  assert.ok(!isRunningDamaged(roots.paths, id));
  const record = runningRecord({ pid: 1, startTime: "none" });
  writeRunning(roots.paths, id, record);
  assert.deepEqual(findRunning(roots.paths, id), record);
  assert.ok(!isRunningDamaged(roots.paths, id));
  container.remove();
});

engineTest("findRunning() finds nothing where no process is left", (roots) => {
  using container = roots.create();
  const { id } = container.config;
  const path = `${stateDirectory(roots.paths, id)}/running.json`;
  for (const text of ["", "{", '{"pid":1,']) {
    Deno.writeTextFileSync(path, text);
    assert.equal(findRunning(roots.paths, id), undefined);
    assert.ok(isRunningDamaged(roots.paths, id));
  }
  container.remove();
});
