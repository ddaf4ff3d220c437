/**
 * @module
 */
import assert from "node:assert/strict";
import { ownIdentity } from "../../../lib/engine/containers/life.ts";
import { findByName } from "../../../lib/engine/containers/names.ts";
import { removeContainer } from "../../../lib/engine/containers/remove.ts";
import {
  containerDirectory,
  readConfig,
  writeRestarting,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { createContainerId } from "../../../lib/base/identifiers.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { DEADLINE_MS, Output } from "../../support/cli.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";
import { runningRecord } from "../../support/running_record.ts";

/** A process recorded as the container's; its status once `use` is done. */
async function withProcess(
  roots: EngineRoots,
  id: string,
  use: () => void | Promise<void>,
): Promise<Deno.CommandStatus> {
  const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  try {
    const identity = identifyProcess(child.pid);
    assert.ok(identity);
    const [found] = [id].filter((text) => text.length === 64);
    assert.ok(found);
    writeRunning(
      roots.paths,
      found as Parameters<typeof writeRunning>[1],
      runningRecord(identity),
    );
    await use();
  } finally {
    child.kill("SIGTERM");
  }
  return await child.status;
}

/** Does something at the first pause of who waits for a lock. */
async function atPause(
  action: () => void,
  run: () => Promise<void>,
): Promise<void> {
  const wait = Atomics.wait;
  let isDone = false;
  Atomics.wait = () => {
    if (!isDone) action();
    isDone = true;
    return "timed-out";
  };
  try {
    await run();
  } finally {
    Atomics.wait = wait;
  }
  assert.ok(isDone, "it has waited");
}

engineTest(
  "removeContainer() removes layer, records and name",
  async (roots) => {
    for (const running of ["refuse", "kill"] as const) {
      const container = roots.create({ name: "web" });
      container[Symbol.dispose]();
      await Deno.writeTextFile(`${container.snapshot.upper}/file`, "");
      await removeContainer(roots.engine, "web", { running });
      assert.equal(findByName(roots.paths, "web"), undefined);
      await assert.rejects(
        () => removeContainer(roots.engine, "web", { running }),
        {
          name: "NotFoundError",
        },
      );
    }
  },
);

engineTest("removeContainer() takes the beginning of an id", async (roots) => {
  const container = roots.create();
  container[Symbol.dispose]();
  const start = container.config.id.slice(0, 12);
  await removeContainer(roots.engine, start, { running: "refuse" });
});

engineTest(
  "removeContainer() removes a container without configuration",
  async (roots) => {
    const id = createContainerId();
    await Deno.mkdir(`${containerDirectory(roots.paths, id)}/upper`, {
      recursive: true,
    });
    await removeContainer(roots.engine, id, { running: "refuse" });
  },
);

engineTest("removeContainer() refuses a running container", async (roots) => {
  using container = roots.create({ name: "web" });
  const { id } = container.config;
  const status = await withProcess(roots, id, async () => {
    const remove = (): Promise<void> =>
      removeContainer(roots.engine, "/web", { running: "refuse" });
    await assert.rejects(remove, {
      name: "InvalidStateError",
      id,
      operation: "remove",
      actual: "running",
      message:
        'cannot remove container "/web": container is running: stop the container before removing or force remove',
      advice: "tsdocker rm -f /web",
    });
    assert.ok(readConfig(roots.paths, id));
  });
  assert.equal(status.signal, "SIGTERM", "it was not killed");
  container.remove();
});

engineTest(
  "removeContainer() refuses what is started again while it waits",
  async (roots) => {
    using container = roots.create({ name: "web" });
    const { id } = container.config;
    const restarting = { keeper: ownIdentity(), untilMs: 1 };
    const remove = (): Promise<void> =>
      removeContainer(roots.engine, "web", { running: "refuse" });
    // Whenever it asks for the time, a little more has passed.
    const now = performance.now;
    let time = 0;
    performance.now = () => time += 30;
    try {
      await atPause(
        () => writeRestarting(roots.paths, id, restarting),
        async () => {
          const expected = { name: "InvalidStateError", actual: "restarting" };
          await assert.rejects(remove, expected);
        },
      );
    } finally {
      performance.now = now;
    }
    container.remove();
  },
);

engineTest(
  "removeContainer() kills a running container if it may",
  async (roots) => {
    const container = roots.create({ name: "web" });
    container[Symbol.dispose]();
    const status = await withProcess(roots, container.config.id, async () => {
      await removeContainer(roots.engine, "web", { running: "kill" });
    });
    assert.equal(status.signal, "SIGKILL");
  },
);

engineTest(
  "removeContainer() waits for the keeper of what it killed",
  async (roots) => {
    const container = roots.create({ name: "web" });
    await withProcess(roots, container.config.id, async () => {
      await atPause(() => container[Symbol.dispose](), async () => {
        await removeContainer(roots.engine, "web", { running: "kill" });
      });
    });
  },
);

engineTest(
  "removeContainer() is content if the keeper removes it first",
  async (roots) => {
    const container = roots.create({ name: "web", autoRemove: true });
    await withProcess(roots, container.config.id, async () => {
      await atPause(() => {
        container.remove();
        container[Symbol.dispose]();
      }, () => removeContainer(roots.engine, "web", { running: "kill" }));
    });
  },
);

engineTest(
  "removeContainer() gives up on what another keeps locked",
  async (roots) => {
    using container = roots.create({ name: "web" });
    const { id } = container.config;
    const now = performance.now;
    let time = 0;
    performance.now = () => time += 20_000;
    try {
      const remove = (): Promise<void> =>
        removeContainer(roots.engine, "web", { running: "refuse" });
      await assert.rejects(remove, {
        name: "InvalidStateError",
        message:
          `cannot remove container "web": another tsdocker is working on ${
            id.slice(0, 12)
          }`,
      });
    } finally {
      performance.now = now;
    }
    assert.ok(readConfig(roots.paths, id));
    container.remove();
  },
);

engineTest(
  "removeContainer() spares the new owner of the pid",
  async (roots) => {
    const container = roots.create({ name: "web" });
    container[Symbol.dispose]();
    const { id } = container.config;
    const status = await withProcess(roots, id, async () => {
      const own = identifyProcess(Deno.pid);
      assert.ok(own);
      writeRunning(roots.paths, id, runningRecord({ ...own, startTime: "1" }));
      await removeContainer(roots.engine, "web", { running: "refuse" });
    });
    assert.equal(status.signal, "SIGTERM");
  },
);

const REMOVE = new URL(
  "../../fixtures/engine/remove_container.ts",
  import.meta.url,
);

engineTest(
  "removeContainer() removes what others remove at the same moment",
  async (roots) => {
    const container = roots.create({ name: "web" });
    container[Symbol.dispose]();
    for (let i = 0; i < 200; i++) {
      await Deno.mkdir(`${container.snapshot.upper}/d${i}/e`, {
        recursive: true,
      });
    }
    const { root, runRoot } = roots;
    const children = Array.from(
      { length: 8 },
      () =>
        new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", REMOVE.pathname, root, runRoot, "web"],
          stdin: "piped",
          stdout: "piped",
          signal: AbortSignal.timeout(DEADLINE_MS),
        }).spawn(),
    );
    const outputs = children.map(({ stdout }) =>
      new Output(stdout, "a removal")
    );
    for (const output of outputs) assert.equal(await output.line(), "ready");
    await Promise.all(children.map(({ stdin }) => stdin.close()));
    const results = await Promise.all(outputs.map((output) => output.rest()));
    await Promise.all(children.map(({ status }) => status));
    assert.ok(results.includes("removed\n"), results.join());
    for (const result of results) {
      // Whoever came last may not have found it any more.
      assert.match(result, /^(?:removed|NotFoundError)\n$/);
    }
    assert.equal(findByName(roots.paths, "web"), undefined);
  },
);
