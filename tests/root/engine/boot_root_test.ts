/** @module */
import assert from "node:assert/strict";
import type { RestartPolicy } from "../../../lib/engine/container_config.ts";
import {
  containersToBoot,
  containersToHalt,
  haltContainer,
} from "../../../lib/engine/containers/boot.ts";
import { writeExit } from "../../../lib/engine/containers/exit_record.ts";
import { writeRunning } from "../../../lib/engine/containers/records.ts";
import {
  isStopRequested,
  requestStop,
} from "../../../lib/engine/containers/stop_request.ts";
import { removeLocked } from "../../../lib/engine/containers/remove.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";
import { runningRecord } from "../../support/running_record.ts";

const EXIT = {
  exitCode: 0,
  startedMs: 1,
  finishedMs: 2,
  oomKilled: false,
  restartCount: 0,
};

/** Creates containers one after the other, and removes them in the end. */
async function withContainers(
  roots: EngineRoots,
  names: readonly RestartPolicy["name"][],
  act: (ids: readonly ReturnType<EngineRoots["draft"]>["id"][]) => void,
): Promise<void> {
  const ids = names.map((name, index) => {
    using container = roots.create({
      name: `${name}-${index}`,
      createdMs: index,
      restart: { name, maximumRetryCount: 0 },
    });
    return container.config.id;
  });
  act(ids);
  for (const id of ids) await removeLocked(roots.paths, id);
}

engineTest("containersToBoot() goes by restart policy", async (roots) => {
  const policies = ["always", "no", "unless-stopped", "on-failure"] as const;
  const names = (): string[] =>
    containersToBoot(roots.paths).map(({ name }) => name);
  await withContainers(roots, policies, (ids) => {
    assert.deepEqual(names(), [], "none of them was ever started");
    for (const id of ids) writeExit(roots.paths, id, EXIT);
    assert.deepEqual(names(), ["always-0", "unless-stopped-2"]);
    for (const id of ids) requestStop(roots.paths, id);
    assert.deepEqual(names(), ["always-0"]);
  });
});

engineTest("containersToBoot() leaves alone what runs", async (roots) => {
  const own = identifyProcess(Deno.pid);
  assert.ok(own);
  await withContainers(roots, ["always", "always"], (ids) => {
    for (const id of ids) writeExit(roots.paths, id, EXIT);
    const [first] = ids;
    assert.ok(first);
    writeRunning(
      roots.paths,
      first,
      runningRecord(own, { withoutKeeper: "goes-on" }),
    );
    const namesOf = (list: typeof containersToBoot): string[] =>
      list(roots.paths).map(({ name }) => name);
    assert.deepEqual(namesOf(containersToBoot), ["always-1"]);
    assert.deepEqual(namesOf(containersToHalt), ["always-0"]);
  });
});

engineTest("haltContainer() keeps what a user has asked for", async (roots) => {
  using container = roots.create({ name: "web" });
  const { paths, engine } = roots;
  const { id } = container.config;
  container.lock[Symbol.dispose]();
  await haltContainer(engine, { id });
  assert.ok(!isStopRequested(paths, id));
  requestStop(paths, id);
  await haltContainer(engine, { id });
  assert.ok(isStopRequested(paths, id));
  await removeLocked(paths, id);
});
