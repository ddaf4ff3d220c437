/**
 * @module
 */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { killContainer } from "../../../lib/engine/containers/kill.ts";
import { writeExit } from "../../../lib/engine/containers/exit_record.ts";
import {
  readConfig,
  stateDirectory,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { removeContainer } from "../../../lib/engine/containers/remove.ts";
import { waitContainer } from "../../../lib/engine/containers/wait.ts";
import { recordContainerEvent } from "../../../lib/engine/events.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";
import { FakeRun, OBEYS } from "../../support/fake_run.ts";
import { Unreaped } from "../../support/unreaped.ts";
import { runningRecord } from "../../support/running_record.ts";

async function remove({ engine }: EngineRoots): Promise<void> {
  await removeContainer(engine, "web", { running: "refuse" });
}

engineTest("waitContainer() gives the code it ends with", async (roots) => {
  await using _run = await FakeRun.start(roots, OBEYS, { name: "web" });
  const waiting = waitContainer(roots.engine, "web");
  await killContainer(roots.engine, "web", SIGNALS.SIGTERM);
  assert.equal(await waiting, 3);
  assert.equal(await waitContainer(roots.engine, "web"), 3, "at once");
  await remove(roots);
});

engineTest("waitContainer() gives 0 for what never ran", async (roots) => {
  roots.create({ name: "web" })[Symbol.dispose]();
  assert.equal(await waitContainer(roots.engine, "web"), 0);
  await remove(roots);
});

engineTest(
  "waitContainer() finds the code of what removes itself",
  async (roots) => {
    const container = roots.create({ name: "web", autoRemove: true });
    const { config } = container;
    const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
    const identity = identifyProcess(child.pid);
    assert.ok(identity);
    // As if the clock were set back after its start.
    const startedMs = Date.now() + 3_600_000;
    writeRunning(
      roots.paths,
      config.id,
      runningRecord(identity, { startedMs }),
    );
    const past = { action: "die", attributes: { exitCode: "9" } } as const;
    recordContainerEvent(roots.paths, config, past);
    recordContainerEvent(roots.paths, config, { action: "start" });
    const ended = child.status.then(({ code }) => {
      using _locked = container;
      const attributes = { exitCode: String(code) };
      recordContainerEvent(roots.paths, config, { action: "die", attributes });
      container.remove();
    });
    const waiting = waitContainer(roots.engine, "web");
    child.kill("SIGTERM");
    assert.equal(await waiting, 143);
    await ended;
  },
);

engineTest(
  "waitContainer() fails if nothing tells how it ended",
  async (roots) => {
    await using run = await FakeRun.start(roots, OBEYS, {
      name: "web",
      autoRemove: true,
    });
    const waiting = waitContainer(roots.engine, "web");
    await run[Symbol.asyncDispose]();
    // Its exit record may have been seen in the moment before it was removed.
    const result = await waiting.catch((error) => error.name);
    assert.ok(result === "NotFoundError" || result === 137, String(result));
  },
);

engineTest(
  "waitContainer() settles what nobody has kept",
  async (roots) => {
    const container = roots.create({ name: "web" });
    const { id } = container.config;
    container[Symbol.dispose]();
    const own = identifyProcess(Deno.pid);
    assert.ok(own);
    writeRunning(roots.paths, id, runningRecord({ ...own, startTime: "1" }));
    assert.equal(await waitContainer(roots.engine, "web"), 137);
    assert.ok(readConfig(roots.paths, id));
    await remove(roots);
  },
);

for (const autoRemove of [false, true]) {
  engineTest(
    `waitContainer() sees itself how ends what nobody keeps${
      autoRemove ? ", and removes it" : ""
    }`,
    async (roots) => {
      const container = roots.create({ name: "web", autoRemove });
      const { id } = container.config;
      container[Symbol.dispose]();
      await using program = await Unreaped.start(OBEYS);
      const { identity } = program;
      const orphan = runningRecord(identity, { withoutKeeper: "goes-on" });
      writeRunning(roots.paths, id, orphan);
      const waiting = waitContainer(roots.engine, "web");
      Deno.kill(identity.pid, "SIGTERM");
      assert.equal(await waiting, 3);
      assert.equal(readConfig(roots.paths, id) === undefined, autoRemove);
      if (!autoRemove) await remove(roots);
    },
  );
}

engineTest(
  "waitContainer() takes the next end for one that it has missed",
  async (roots) => {
    using container = roots.create({ name: "web" });
    const { id } = container.config;
    const own = identifyProcess(Deno.pid);
    assert.ok(own);
    const before = runningRecord({ ...own, startTime: "1" }, { startedMs: 1 });
    writeRunning(roots.paths, id, before);
    const waiting = waitContainer(roots.engine, "web");
    writeRunning(roots.paths, id, { ...before, startedMs: 9 });
    writeExit(roots.paths, id, {
      exitCode: 8,
      startedMs: 7,
      finishedMs: 8,
      oomKilled: false,
      restartCount: 1,
    });
    assert.equal(await waiting, 8);
    await Deno.remove(stateDirectory(roots.paths, id), { recursive: true });
    container.remove();
  },
);
