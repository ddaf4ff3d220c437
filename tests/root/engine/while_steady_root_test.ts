/** @module */
import assert from "node:assert/strict";
import { NotFoundError } from "../../../lib/base/errors.ts";
import { createContainerId } from "../../../lib/base/identifiers.ts";
import { tryLock } from "../../../lib/engine/containers/lock.ts";
import {
  containerDirectory,
  writeRestarting,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { whileSteady } from "../../../lib/engine/containers/while_steady.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { engineTest } from "../../support/engine.ts";
import { runningRecord } from "../../support/running_record.ts";

engineTest(
  "whileSteady() knows what runs, and locks what does not",
  (roots) => {
    const { paths } = roots;
    const container = roots.create({ name: "web" });
    const { id } = container.config;
    const own = identifyProcess(Deno.pid);
    assert.ok(own);
    const pidOf = (): number | undefined =>
      whileSteady(paths, id, (running) => running?.pid);
    // Its keeper has it locked and waits to start it again.
    writeRestarting(paths, id, { keeper: own, untilMs: Date.now() });
    assert.equal(pidOf(), undefined);
    writeRunning(paths, id, runningRecord(own));
    assert.equal(pidOf(), Deno.pid);
    for (const record of ["running", "restarting"]) {
      Deno.removeSync(`${paths.states}/${id}/${record}.json`);
    }
    container.lock[Symbol.dispose]();
    const directory = containerDirectory(paths, id);
    const seen = whileSteady(
      paths,
      id,
      (running) => [running, tryLock(directory)],
    );
    assert.deepEqual(seen, [undefined, "busy"]);
    container.remove();
    assert.throws(() => whileSteady(paths, id, () => {}), NotFoundError);
    const none = createContainerId();
    assert.throws(() => whileSteady(paths, none, () => {}), NotFoundError);
  },
);
