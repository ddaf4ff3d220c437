/**
 * @module
 */
import assert from "node:assert/strict";
import { MOUNT } from "../../../ffi/constants/mount.ts";
import { syscall } from "../../../ffi/syscall.ts";
import {
  type ContainerId,
  createContainerId,
} from "../../../lib/base/identifiers.ts";
import type { CreatedContainer } from "../../../lib/engine/containers/create.ts";
import { listContainers } from "../../../lib/engine/containers/list.ts";
import { lockShared } from "../../../lib/engine/containers/lock.ts";
import { claimName, findByName } from "../../../lib/engine/containers/names.ts";
import { reconcile, settle } from "../../../lib/engine/containers/reconcile.ts";
import { removeContainer } from "../../../lib/engine/containers/remove.ts";
import {
  type ExitRecord,
  readExit,
  writeExit,
} from "../../../lib/engine/containers/exit_record.ts";
import {
  containerDirectory,
  readConfig,
  readRunning,
  stateDirectory,
  writeRunning,
  writeStarted,
} from "../../../lib/engine/containers/records.ts";
import { awaitEnd, openProcess } from "../../../lib/runtime/opened_process.ts";
import {
  identifyProcess,
  type ProcessIdentity,
} from "../../../lib/runtime/process_identity.ts";
import {
  type EngineRoots,
  engineTest,
  type LayeredDraft,
} from "../../support/engine.ts";
import { OBEYS } from "../../support/fake_run.ts";
import { runningRecord } from "../../support/running_record.ts";
import { Unreaped } from "../../support/unreaped.ts";

/** A container whose creator was killed. */
function abandoned(
  roots: EngineRoots,
  changes: Partial<LayeredDraft> = {},
): CreatedContainer {
  const container = roots.create(changes);
  container[Symbol.dispose]();
  return container;
}

function entries({ paths }: EngineRoots): string[] {
  return [paths.containers, paths.states, paths.names].flatMap((path) =>
    [...Deno.readDirSync(path)].map(({ name }) => name)
  );
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** A process that would live for long, and is gone after use. */
async function withSleeper(
  use: (identity: ProcessIdentity) => void | Promise<void>,
): Promise<Deno.CommandStatus> {
  const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  try {
    const identity = identifyProcess(child.pid);
    assert.ok(identity);
    await use(identity);
  } finally {
    // Without this the next line would wait if nobody has killed it.
    child.kill("SIGTERM");
  }
  return await child.status;
}

/** Asserts that a container was written down as killed, just now. */
function assertKilled(
  { paths }: EngineRoots,
  id: ContainerId,
  expected: Pick<ExitRecord, "startedMs">,
): void {
  const exit = readExit(paths, id);
  assert.ok(exit);
  assert.equal(exit.exitCode, 137);
  assert.equal(exit.startedMs, expected.startedMs);
  assert.ok(Math.abs(Date.now() - exit.finishedMs) < 60_000);
  assert.ok(!exists(stateDirectory(paths, id)));
}

engineTest("reconcile() removes a state without a container", async (roots) => {
  await Deno.mkdir(stateDirectory(roots.paths, createContainerId()));
  await reconcile(roots.paths, roots.engine.warn);
  assert.deepEqual(entries(roots), []);
});

engineTest(
  "reconcile() keeps a state while somebody creates containers",
  async (roots) => {
    const id = createContainerId();
    await Deno.mkdir(stateDirectory(roots.paths, id));
    {
      using _creating = lockShared(roots.paths.states);
      await reconcile(roots.paths, roots.engine.warn);
      assert.deepEqual(entries(roots), [id]);
    }
    await reconcile(roots.paths, roots.engine.warn);
    assert.deepEqual(entries(roots), []);
  },
);

engineTest(
  "reconcile() removes a container that has no configuration",
  async (roots) => {
    const { paths } = roots;
    const id = createContainerId();
    await Deno.mkdir(stateDirectory(paths, id));
    await Deno.mkdir(`${containerDirectory(paths, id)}/upper/a`, {
      recursive: true,
    });
    await Deno.writeTextFile(
      `${containerDirectory(paths, id)}/config.json.new`,
      '{"id',
    );
    claimName(paths, "web", id);
    await reconcile(paths, roots.engine.warn);
    assert.deepEqual(entries(roots), []);
    const next = abandoned(roots, { name: "web" });
    assert.equal(findByName(paths, "web"), next.config.id, "its name is free");
    next.remove();
  },
);

engineTest(
  "reconcile() keeps what its creator still has locked",
  async (roots) => {
    using container = roots.create({ autoRemove: true });
    const before = entries(roots);
    await reconcile(roots.paths, roots.engine.warn);
    assert.deepEqual(entries(roots), before);
    container.remove();
  },
);

engineTest(
  "reconcile() removes a container that was configured and never started",
  async (roots) => {
    abandoned(roots, { name: "web" });
    await reconcile(roots.paths, roots.engine.warn);
    assert.deepEqual(entries(roots), []);
    assert.equal(findByName(roots.paths, "web"), undefined);
  },
);

engineTest(
  "reconcile() removes an abandoned container that asked for it",
  async (roots) => {
    const container = abandoned(roots, { name: "web", autoRemove: true });
    await Deno.mkdir(`${container.snapshot.work}/work`);
    await reconcile(roots.paths, roots.engine.warn);
    assert.deepEqual(entries(roots), []);
  },
);

engineTest(
  "reconcile() writes down a process that has died with its keeper",
  async (roots) => {
    const container = abandoned(roots);
    const { id } = container.config;
    let dead: ProcessIdentity | undefined;
    await withSleeper((identity) => {
      dead = identity;
    });
    assert.ok(dead);
    writeRunning(roots.paths, id, runningRecord(dead, { startedMs: 88 }));
    await reconcile(roots.paths, roots.engine.warn);
    assertKilled(roots, id, { startedMs: 88 });
    container.remove();
  },
);

for (const withoutKeeper of ["ends", "goes-on"] as const) {
  engineTest(
    `reconcile() asks what is left of a process that ${withoutKeeper} alone`,
    async (roots) => {
      const container = abandoned(roots);
      const { id } = container.config;
      await using program = await Unreaped.start(OBEYS);
      const { identity } = program;
      writeRunning(roots.paths, id, runningRecord(identity, { withoutKeeper }));
      using process = openProcess(identity);
      assert.ok(process);
      Deno.kill(identity.pid, "SIGTERM");
      await awaitEnd(process, Infinity);
      await reconcile(roots.paths, roots.engine.warn);
      assert.equal(readExit(roots.paths, id)?.exitCode, 3);
      container.remove();
    },
  );
}

engineTest(
  "reconcile() kills a process that has outlived its keeper",
  async (roots) => {
    const container = abandoned(roots);
    const { id } = container.config;
    const status = await withSleeper(async (identity) => {
      writeRunning(roots.paths, id, runningRecord(identity, { startedMs: 99 }));
      await reconcile(roots.paths, roots.engine.warn);
      assertKilled(roots, id, { startedMs: 99 });
    });
    assert.equal(status.signal, "SIGKILL");
    container.remove();
  },
);

engineTest("reconcile() kills and removes with --rm", async (roots) => {
  const container = abandoned(roots, { autoRemove: true });
  const status = await withSleeper(async (identity) => {
    writeRunning(roots.paths, container.config.id, runningRecord(identity));
    await reconcile(roots.paths, roots.engine.warn);
    assert.deepEqual(entries(roots), []);
  });
  assert.equal(status.signal, "SIGKILL");
});

engineTest(
  "reconcile() spares a process that merely has the same pid",
  async (roots) => {
    const container = abandoned(roots);
    const { id } = container.config;
    const status = await withSleeper(async ({ pid, startTime }) => {
      const earlier = String(Number(startTime) - 1);
      writeRunning(roots.paths, id, runningRecord({ pid, startTime: earlier }));
      await reconcile(roots.paths, roots.engine.warn);
      assertKilled(roots, id, { startedMs: 5 });
      assert.ok(identifyProcess(pid), "it still runs");
    });
    assert.equal(status.signal, "SIGTERM");
    container.remove();
  },
);

engineTest(
  "reconcile() spares a running container that is kept",
  async (roots) => {
    using container = roots.create();
    const { id } = container.config;
    const status = await withSleeper(async (identity) => {
      writeRunning(roots.paths, id, runningRecord(identity));
      await reconcile(roots.paths, roots.engine.warn);
      assert.ok(readRunning(roots.paths, id));
      assert.equal(readExit(roots.paths, id), undefined);
    });
    assert.equal(status.signal, "SIGTERM");
    container.remove();
  },
);

engineTest(
  "reconcile() believes the keeper who wrote the end and then died",
  async (roots) => {
    const container = abandoned(roots);
    const { id } = container.config;
    const exit = {
      exitCode: 3,
      startedMs: 5,
      finishedMs: 6,
      oomKilled: false,
      restartCount: 0,
    };
    writeExit(roots.paths, id, exit);
    // Killed before it removed the running record, and after it had.
    for (const isRecorded of [true, false]) {
      await Deno.mkdir(stateDirectory(roots.paths, id), { recursive: true });
      if (isRecorded) {
        const dead = { pid: 1, startTime: "none" };
        writeRunning(roots.paths, id, runningRecord(dead));
      }
      await reconcile(roots.paths, roots.engine.warn);
      assert.deepEqual(readExit(roots.paths, id), exit);
      assert.ok(!exists(stateDirectory(roots.paths, id)));
    }
    container.remove();
  },
);

engineTest(
  "reconcile() replaces the end of an earlier start",
  async (roots) => {
    const container = abandoned(roots);
    const { id } = container.config;
    writeExit(roots.paths, id, {
      exitCode: 0,
      startedMs: 5,
      finishedMs: 6,
      oomKilled: false,
      restartCount: 0,
    });
    const dead = runningRecord({ pid: 1, startTime: "none" }, { startedMs: 7 });
    writeRunning(roots.paths, id, dead);
    await reconcile(roots.paths, roots.engine.warn);
    assertKilled(roots, id, { startedMs: 7 });
    container.remove();
  },
);

engineTest(
  "reconcile() settles each container, and a second time none",
  async (roots) => {
    const ids = [1, 2, 3].map(() => abandoned(roots));
    const dead = runningRecord({ pid: 1, startTime: "none" }, { startedMs: 7 });
    for (const { config } of ids) writeRunning(roots.paths, config.id, dead);
    await reconcile(roots.paths, roots.engine.warn);
    const records = ids.map(({ config }) => readExit(roots.paths, config.id));
    assert.ok(records.every((record) => record?.exitCode === 137));
    await reconcile(roots.paths, roots.engine.warn);
    assert.deepEqual(
      ids.map(({ config }) => readExit(roots.paths, config.id)),
      records,
    );
    for (const container of ids) container.remove();
  },
);

engineTest(
  "reconcile() ignores what is no container's state",
  async (roots) => {
    const stray = `${roots.paths.states}/lost+found`;
    await Deno.mkdir(stray);
    await reconcile(roots.paths, roots.engine.warn);
    assert.ok(exists(stray));
    await Deno.remove(stray);
  },
);

engineTest("settle() settles all containers after a reboot", async (roots) => {
  const { paths } = roots;
  const wasRunning = abandoned(roots);
  writeStarted(paths, wasRunning.config.id, { startedMs: 77 });
  const hadEnded = abandoned(roots);
  writeStarted(paths, hadEnded.config.id, { startedMs: 5 });
  const neverStarted = abandoned(roots);
  const exit = {
    exitCode: 3,
    startedMs: 5,
    finishedMs: 6,
    oomKilled: false,
    restartCount: 0,
  };
  writeExit(paths, hadEnded.config.id, exit);
  const temporary = abandoned(roots, { autoRemove: true, name: "web" });
  const half = createContainerId();
  await Deno.mkdir(containerDirectory(paths, half));
  using busy = roots.create({});
  await Deno.remove(roots.runRoot, { recursive: true });

  await settle({ ...roots.engine, paths });
  assert.ok(exists(paths.states));
  assertKilled(roots, wasRunning.config.id, { startedMs: 77 });
  assert.deepEqual(readExit(paths, hadEnded.config.id), exit);
  assert.ok(!exists(containerDirectory(paths, temporary.config.id)));
  assert.equal(findByName(paths, "web"), undefined);
  assert.ok(!exists(containerDirectory(paths, half)));
  assert.equal(readExit(paths, busy.config.id), undefined);
  assert.equal(readExit(paths, neverStarted.config.id), undefined);
  for (const container of [wasRunning, hadEnded, neverStarted, busy]) {
    container.remove();
  }
});

engineTest("settle() is for root alone", async (roots) => {
  const uid = Deno.uid;
  Deno.uid = () => 1000;
  try {
    await assert.rejects(() => settle(roots.engine), {
      name: "HostError",
      message: "permission denied: tsdocker needs root",
      advice: "sudo tsdocker …",
    });
  } finally {
    Deno.uid = uid;
  }
});

engineTest(
  "reconcile() tells of a container it cannot settle, and goes on",
  async (roots) => {
    const { paths, engine, warnings } = roots;
    using stuck = roots.create();
    using other = roots.create();
    for (const container of [stuck, other]) container[Symbol.dispose]();
    // A mount point cannot be removed, whoever tries.
    const directory = containerDirectory(paths, stuck.config.id);
    const flags = MOUNT.MS_BIND;
    syscall("mount", directory, `${directory}/upper`, null, flags, null);
    try {
      await reconcile(paths, engine.warn);
    } finally {
      syscall("umount2", `${directory}/upper`, 0);
    }
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      /^Cannot clear up after container [0-9a-f]{12}: /,
    );
    assert.equal(readConfig(paths, other.config.id), undefined);
    await reconcile(paths, engine.warn);
    assert.equal(warnings.length, 1);
  },
);

/** What a power cut may leave of a text: none of it, or a beginning. */
function* beginnings(text: string): Generator<string> {
  for (let length = 0; length < text.length; length += 11) {
    yield text.slice(0, length);
  }
}

engineTest(
  "reconcile() leaves a damaged configuration to who removes it",
  async (roots) => {
    const { paths, engine } = roots;
    const container = abandoned(roots, { name: "web" });
    const { id } = container.config;
    const path = `${containerDirectory(paths, id)}/config.json`;
    for (const text of beginnings(await Deno.readTextFile(path))) {
      await Deno.writeTextFile(path, text);
      await reconcile(paths, engine.warn);
      assert.ok(exists(path), text);
    }
    const told: string[] = [];
    assert.deepEqual(listContainers(paths, (line) => told.push(line)), []);
    assert.equal(told.length, 1);
    assert.match(
      told[0] ?? "",
      /^The configuration of container [0-9a-f]{12} is damaged: tsdocker rm -f [0-9a-f]{12} removes it$/,
    );
    await removeContainer(engine, "web", { running: "kill" });
    assert.deepEqual(entries(roots), []);
  },
);

engineTest(
  "settle() keeps a damaged configuration at a reboot",
  async (roots) => {
    const { paths, engine } = roots;
    const container = abandoned(roots, { name: "web" });
    const { id } = container.config;
    await Deno.writeTextFile(
      `${containerDirectory(paths, id)}/config.json`,
      "",
    );
    await Deno.remove(roots.runRoot, { recursive: true });
    await settle(engine);
    assert.ok(exists(containerDirectory(paths, id)));
    await removeContainer(engine, id, { running: "refuse" });
    assert.deepEqual(entries(roots), []);
  },
);

engineTest(
  "reconcile() takes the end of what has a damaged record for a kill",
  async (roots) => {
    const { paths, engine } = roots;
    const container = abandoned(roots);
    const { id } = container.config;
    const dead = runningRecord({ pid: 1, startTime: "none" }, { startedMs: 7 });
    for (const text of beginnings(JSON.stringify(dead))) {
      writeStarted(paths, id, { startedMs: 7 });
      await Deno.mkdir(stateDirectory(paths, id), { recursive: true });
      const running = `${stateDirectory(paths, id)}/running.json`;
      await Deno.writeTextFile(running, text);
      await reconcile(paths, engine.warn);
      assertKilled(roots, id, { startedMs: 7 });
      const exit = `${containerDirectory(paths, id)}/exit.json`;
      await Deno.writeTextFile(exit, text);
    }
    container.remove();
  },
);
