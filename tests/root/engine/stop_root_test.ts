/**
 * Ending containers: `stop`, and what of `kill` waits for an end.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import {
  isKernelAtLeast,
  parseKernel,
} from "../../../lib/base/kernel_version.ts";
import { createContainerId } from "../../../lib/base/identifiers.ts";
import { keeperState } from "../../../lib/engine/containers/keeper.ts";
import { killContainer } from "../../../lib/engine/containers/kill.ts";
import { readExit } from "../../../lib/engine/containers/exit_record.ts";
import {
  writeRestarting,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { isStopRequested } from "../../../lib/engine/containers/stop_request.ts";
import { removeContainer } from "../../../lib/engine/containers/remove.ts";
import {
  stopContainer,
  type StopReport,
} from "../../../lib/engine/containers/stop.ts";
import { readEvents } from "../../../lib/engine/event_log.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";
import { Unreaped } from "../../support/unreaped.ts";
import { FakeRun, IGNORES, LINGERS, OBEYS } from "../../support/fake_run.ts";
import { runningRecord } from "../../support/running_record.ts";

/** What has happened, but for the creation. */
function actions({ paths }: EngineRoots): string[] {
  return [...readEvents(paths)].map(({ action, attributes: { signal } }) =>
    signal === undefined ? action : `${action} ${signal}`
  ).filter((action) => action !== "create");
}

async function remove({ engine }: EngineRoots): Promise<void> {
  await removeContainer(engine, "web", { running: "refuse" });
}

interface Case {
  readonly name: string;
  readonly script: string;
  readonly timeoutS: number;
  readonly outcome: StopReport["outcome"];
  readonly exitCode: number;
  readonly actions: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "ends with its own status what obeys",
    script: OBEYS,
    timeoutS: 60,
    outcome: "ended",
    exitCode: 3,
    actions: ["kill 15", "stop"],
  },
  {
    name: "kills what ignores the signal",
    script: IGNORES,
    timeoutS: 0,
    outcome: "ignored",
    exitCode: 137,
    actions: ["kill 15", "kill 9", "stop"],
  },
  {
    name: "kills what handles the signal and goes on",
    script: LINGERS,
    timeoutS: 0,
    outcome: "late",
    exitCode: 137,
    actions: ["kill 15", "kill 9", "stop"],
  },
];

for (const { name, script, timeoutS, outcome, exitCode, ...rest } of CASES) {
  engineTest(`stopContainer() ${name}`, async (roots) => {
    await using run = await FakeRun.start(roots, script, { name: "web" });
    const { id } = run.config;
    const report = await stopContainer(roots.engine, "web", { timeoutS });
    assert.equal(report.outcome, outcome);
    // No waiting: it is on record, and nobody has it locked.
    assert.equal(readExit(roots.paths, id)?.exitCode, exitCode);
    assert.equal(keeperState(roots.paths, id), "none");
    assert.ok(isStopRequested(roots.paths, id));
    assert.deepEqual(actions(roots), rest.actions);
    await remove(roots);
  });
}

engineTest(
  "stopContainer() sends the container's own signal, or another",
  async (roots) => {
    const script = "trap 'exit 4' HUP; trap 'exit 5' USR1; echo ready; read x";
    const { SIGHUP, SIGUSR1 } = SIGNALS;
    for (const [signal, code] of [[undefined, 4], [SIGUSR1, 5]] as const) {
      await using run = await FakeRun.start(roots, script, {
        name: "web",
        stopSignal: SIGHUP,
        stopTimeoutS: -1,
      });
      const options = signal === undefined ? {} : { signal };
      const report = await stopContainer(roots.engine, "web", options);
      assert.equal(report.timeoutS, -1);
      assert.equal(report.signal, signal ?? SIGHUP);
      assert.equal(await run.end, code);
      await remove(roots);
    }
  },
);

engineTest("stopContainer() leaves alone what does not run", async (roots) => {
  roots.create({ name: "web" })[Symbol.dispose]();
  const { outcome, config } = await stopContainer(roots.engine, "web");
  assert.equal(outcome, "idle");
  assert.ok(!isStopRequested(roots.paths, config.id));
  assert.deepEqual(actions(roots), []);
  await remove(roots);
});

engineTest(
  "stopContainer() is content if the container removes itself",
  async (roots) => {
    await using run = await FakeRun.start(roots, OBEYS, {
      name: "web",
      autoRemove: true,
    });
    const { outcome } = await stopContainer(roots.engine, "web");
    assert.equal(outcome, "ended");
    assert.equal(keeperState(roots.paths, run.config.id), "removed");
  },
);

engineTest(
  "stopContainer() ends what goes on without a keeper, and records it",
  async (roots) => {
    const container = roots.create({ name: "web" });
    const { id } = container.config;
    container[Symbol.dispose]();
    await using program = await Unreaped.start(OBEYS);
    const { identity } = program;
    const orphan = runningRecord(identity, { withoutKeeper: "goes-on" });
    writeRunning(roots.paths, id, orphan);
    const stopping = stopContainer(roots.engine, "web");
    // Or another command would find it ended, and not know how.
    assert.equal(keeperState(roots.paths, id), "there");
    assert.equal((await stopping).outcome, "ended");
    const exit = readExit(roots.paths, id);
    assert.deepEqual([exit?.startedMs, exit?.exitCode], [orphan.startedMs, 3]);
    await remove(roots);
  },
);

engineTest(
  "stopContainer() tells how ended what its parent has reaped, on new kernels",
  async (roots) => {
    const container = roots.create({ name: "web" });
    const { id } = container.config;
    container[Symbol.dispose]();
    const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
    const identity = identifyProcess(child.pid);
    assert.ok(identity);
    const orphan = runningRecord(identity, { withoutKeeper: "goes-on" });
    writeRunning(roots.paths, id, orphan);
    await stopContainer(roots.engine, "web");
    await child.status;
    const known = [143];
    const isToldLate = isKernelAtLeast(parseKernel(Deno.osRelease()), "6.15");
    if (!isToldLate) known.push(255);
    const { exitCode = -1 } = readExit(roots.paths, id) ?? {};
    assert.ok(known.includes(exitCode), String(exitCode));
    await remove(roots);
  },
);

engineTest(
  "stopContainer() tells a monitor not to start it again",
  async (roots) => {
    const container = roots.create({ name: "web" });
    const { id } = container.config;
    // It stands for the monitor.
    const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
    const keeper = identifyProcess(child.pid);
    assert.ok(keeper);
    writeRestarting(roots.paths, id, { keeper, untilMs: 1 });
    const ended = child.status.then((status) => {
      container[Symbol.dispose]();
      return status;
    });
    const { outcome } = await stopContainer(roots.engine, "web");
    assert.equal(outcome, "ended");
    assert.equal((await ended).signal, "SIGTERM");
    assert.ok(isStopRequested(roots.paths, id));
    await remove(roots);
  },
);

engineTest(
  "stopContainer() gives up on what another keeps locked",
  async (roots) => {
    using container = roots.create({ name: "web" });
    const now = performance.now;
    let time = 0;
    performance.now = () => time += 6000;
    try {
      await assert.rejects(stopContainer(roots.engine, "web"), {
        name: "InvalidStateError",
        message: `cannot stop container: web: another tsdocker is working on ${
          container.config.id.slice(0, 12)
        }`,
      });
    } finally {
      performance.now = now;
    }
    container.remove();
  },
);

engineTest("stopContainer() refuses what there is not", async (roots) => {
  const id = createContainerId();
  await assert.rejects(stopContainer(roots.engine, id), {
    name: "NotFoundError",
    message: `No such container: ${id}`,
  });
});

engineTest("killContainer() waits for the end by SIGKILL", async (roots) => {
  await using run = await FakeRun.start(roots, IGNORES, { name: "web" });
  await killContainer(roots.engine, "web", SIGNALS.SIGKILL);
  assert.equal(readExit(roots.paths, run.config.id)?.exitCode, 137);
  assert.ok(isStopRequested(roots.paths, run.config.id));
  assert.deepEqual(actions(roots), ["kill 9"]);
  await remove(roots);
});

engineTest("killContainer() only sends another signal", async (roots) => {
  const script = "trap 'exit 6' USR1; echo ready; read x";
  await using run = await FakeRun.start(roots, script, { name: "web" });
  await killContainer(roots.engine, "web", SIGNALS.SIGUSR1);
  assert.equal(await run.end, 6);
  assert.ok(!isStopRequested(roots.paths, run.config.id));
  await remove(roots);
});

engineTest(
  "killContainer() with the stop signal keeps it stopped",
  async (roots) => {
    await using run = await FakeRun.start(roots, OBEYS, { name: "web" });
    await killContainer(roots.engine, "web", SIGNALS.SIGTERM);
    assert.equal(await run.end, 3);
    assert.ok(isStopRequested(roots.paths, run.config.id));
    await remove(roots);
  },
);

engineTest("killContainer() refuses what does not run", async (roots) => {
  roots.create({ name: "web" })[Symbol.dispose]();
  await assert.rejects(killContainer(roots.engine, "web", 9), {
    name: "InvalidStateError",
    message:
      /^cannot kill container: web: container [0-9a-f]{64} is not running$/,
  });
  await remove(roots);
});
