/**
 * What becomes of what health checks find; the checks themselves are run in
 * the tests of the whole program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { removePath } from "../../../lib/base/remove_tree.ts";
import {
  checkHealth,
  healthRecorder,
} from "../../../lib/engine/containers/health.ts";
import {
  type HealthRecord,
  readHealth,
  stateDirectory,
} from "../../../lib/engine/containers/records.ts";
import { readEvents } from "../../../lib/engine/event_log.ts";
import { UNCHECKED } from "../../../lib/monitor/health_state.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

function changes({ paths }: EngineRoots): string[] {
  return [...readEvents(paths)].map(({ action }) => action)
    .filter((action) => action.startsWith("health_status"));
}

engineTest(
  "healthRecorder() writes each state, and an event for each change",
  (roots) => {
    const { paths } = roots;
    using container = roots.create();
    const { config } = container;
    const record = healthRecorder(roots.engine, config);
    const states: HealthRecord["status"][] = [
      "starting",
      "starting",
      "healthy",
      "healthy",
      "unhealthy",
      "healthy",
    ];
    for (const status of states) {
      record({ ...UNCHECKED, status });
      assert.equal(readHealth(paths, config.id)?.status, status);
    }
    assert.deepEqual(changes(roots), [
      "health_status: healthy",
      "health_status: unhealthy",
      "health_status: healthy",
    ]);
    container.remove();
  },
);

engineTest(
  "healthRecorder() minds no state that cannot be written",
  (roots) => {
    using container = roots.create();
    const { config } = container;
    const record = healthRecorder(roots.engine, config);
    removePath(stateDirectory(roots.paths, config.id));
    record({ ...UNCHECKED, status: "healthy" });
    assert.deepEqual(changes(roots), ["health_status: healthy"]);
    container.remove();
  },
);

engineTest("checkHealth() forgets at once what was found before", (roots) => {
  const { paths, engine } = roots;
  const health = {
    test: ["true"],
    intervalMs: 60_000,
    timeoutMs: 1000,
    retries: 3,
    startPeriodMs: 0,
    startIntervalMs: 1000,
  } as const;
  using container = roots.create({ health });
  const { config } = container;
  healthRecorder(engine, config)({ ...UNCHECKED, status: "healthy" });
  {
    using _checks = checkHealth(engine, config);
    assert.equal(readHealth(paths, config.id)?.status, "starting");
  }
  container.remove();
});

engineTest(
  "checkHealth() does nothing where nothing is to be checked",
  (roots) => {
    using container = roots.create();
    using _checks = checkHealth(roots.engine, container.config);
    assert.equal(readHealth(roots.paths, container.config.id), undefined);
    container.remove();
  },
);
