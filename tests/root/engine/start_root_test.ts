/**
 * Whether a container that is to be started needs a monitor; that it gets one is
 * shown by the tests of the whole program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createContainerId } from "../../../lib/base/identifiers.ts";
import { ownIdentity } from "../../../lib/engine/containers/life.ts";
import {
  writeRestarting,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { startDetached } from "../../../lib/engine/containers/start.ts";
import {
  isStopRequested,
  requestStop,
} from "../../../lib/engine/containers/stop_request.ts";
import { engineTest } from "../../support/engine.ts";
import { runningRecord } from "../../support/running_record.ts";

/** Does something instead of each pause. */
async function atEachPause(
  action: () => void,
  run: () => Promise<void>,
): Promise<void> {
  const wait = Atomics.wait;
  Atomics.wait = () => {
    action();
    return "timed-out";
  };
  try {
    await run();
  } finally {
    Atomics.wait = wait;
  }
}

engineTest(
  "startDetached() leaves alone what runs and is kept",
  async (roots) => {
    using container = roots.create({ name: "web" });
    const { id } = container.config;
    writeRunning(roots.paths, id, runningRecord(ownIdentity()));
    requestStop(roots.paths, id);
    const started = await startDetached(roots.engine, "web");
    assert.deepEqual(started, { id, isNew: false });
    assert.ok(isStopRequested(roots.paths, id), "whoever stops it goes on");
    container.remove();
  },
);

engineTest(
  "startDetached() looks twice whether somebody keeps what runs",
  async (roots) => {
    const container = roots.create({ name: "web" });
    const { id } = container.config;
    writeRunning(roots.paths, id, runningRecord(ownIdentity()));
    // Somebody has it locked for no longer than a look, and removes it here, so
    // that no monitor is needed.
    await atEachPause(() => {
      container.remove();
      container[Symbol.dispose]();
    }, async () => {
      const starting = startDetached(roots.engine, "web");
      await assert.rejects(starting, { name: "NotFoundError" });
    });
  },
);

engineTest(
  "startDetached() leaves alone what is started again anyway",
  async (roots) => {
    using container = roots.create({ name: "web" });
    const { id } = container.config;
    writeRestarting(roots.paths, id, { keeper: ownIdentity(), untilMs: 1 });
    const started = await startDetached(roots.engine, "web");
    assert.deepEqual(started, { id, isNew: false });
    container.remove();
  },
);

engineTest(
  "startDetached() finds what another has started meanwhile",
  async (roots) => {
    using container = roots.create({ name: "web" });
    const { id } = container.config;
    let pauses = 0;
    await atEachPause(() => {
      if (++pauses === 3) {
        writeRunning(roots.paths, id, runningRecord(ownIdentity()));
      }
    }, async () => {
      const started = await startDetached(roots.engine, "web");
      assert.deepEqual(started, { id, isNew: false });
    });
    container.remove();
  },
);

engineTest(
  "startDetached() gives up on what another works on",
  async (roots) => {
    using container = roots.create({ name: "web" });
    const { id } = container.config;
    const dead = { pid: 1, startTime: "none" };
    writeRestarting(roots.paths, id, { keeper: dead, untilMs: 1 });
    const now = performance.now;
    let time = 0;
    performance.now = () => time += 6000;
    try {
      await assert.rejects(startDetached(roots.engine, "web"), {
        name: "ConflictError",
        message: `cannot start container ${
          id.slice(0, 12)
        }: another tsdocker is working on it`,
      });
    } finally {
      performance.now = now;
    }
    container.remove();
  },
);

engineTest("startDetached() refuses what there is not", async (roots) => {
  for (const reference of ["none", createContainerId()]) {
    await assert.rejects(startDetached(roots.engine, reference), {
      name: "NotFoundError",
      message: `No such container: ${reference}`,
    });
  }
});
