/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type ContainerId,
  createContainerId,
} from "../../../lib/base/identifiers.ts";
import { findContainer } from "../../../lib/engine/containers/find.ts";
import {
  listContainers,
  listIds,
  listLive,
  readStatus,
} from "../../../lib/engine/containers/list.ts";
import { writeExit } from "../../../lib/engine/containers/exit_record.ts";
import {
  containerDirectory,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { hostPaths } from "../../../lib/base/host_paths.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";
import { runningRecord } from "../../support/running_record.ts";

/** An id that begins with some digits. */
function idOf(start: string): ContainerId {
  return start.padEnd(64, "0") as ContainerId;
}

/** Creates containers and removes them after use. */
function withContainers(
  roots: EngineRoots,
  containers: Readonly<Record<string, ContainerId>>,
  use: () => void,
): void {
  using stack = new DisposableStack();
  for (const [name, id] of Object.entries(containers)) {
    const container = stack.use(roots.create({ id, name }));
    stack.defer(() => container.remove());
  }
  use();
}

engineTest(
  "findContainer() finds by name, id and unique beginning",
  (roots) => {
    const [web, db] = [idOf("abc1"), idOf("abd2")];
    withContainers(roots, { web, db }, () => {
      for (const reference of ["web", "/web", web, "abc", web.slice(0, 12)]) {
        assert.equal(findContainer(roots.paths, reference), web, reference);
      }
      assert.equal(findContainer(roots.paths, "db"), db);
      assert.equal(findContainer(roots.paths, "abd"), db);
    });
  },
);

engineTest(
  "findContainer() lists the candidates of an ambiguous beginning",
  (roots) => {
    const [web, db] = [idOf("abc1"), idOf("abd2")];
    withContainers(roots, { web, db }, () => {
      assert.throws(() => findContainer(roots.paths, "ab"), (error) => {
        assert.ok(error instanceof Error);
        assert.equal(error.name, "ConflictError");
        assert.match(error.message, /^Multiple containers begin with "ab": /);
        for (const id of [web, db]) assert.ok(error.message.includes(id));
        return true;
      });
    });
  },
);

engineTest("findContainer() takes a name before an id", (roots) => {
  const [first, second] = [idOf("abc1"), idOf("def2")];
  withContainers(roots, { abc: second, [second]: first }, () => {
    assert.equal(findContainer(roots.paths, "abc"), second);
    assert.equal(findContainer(roots.paths, "abc1"), first);
    assert.equal(findContainer(roots.paths, second), first, "a whole id");
  });
});

engineTest("findContainer() finds nothing else", (roots) => {
  withContainers(roots, { web: idOf("abc1") }, () => {
    const wrong = ["", "/", "we", "Web", "ABC1", "//web", "../web", "abc1/"];
    for (const reference of [...wrong, "0", createContainerId()]) {
      assert.throws(() => findContainer(roots.paths, reference), {
        name: "NotFoundError",
        message: `No such container: ${reference}`,
        advice: "tsdocker ps -a",
      });
    }
  });
});

engineTest(
  "findContainer() does not trust a name whose container is gone",
  (roots) => {
    const { paths } = roots;
    Deno.symlinkSync(createContainerId(), `${paths.names}/web`);
    assert.throws(() => findContainer(paths, "web"), { name: "NotFoundError" });
    Deno.removeSync(`${paths.names}/web`);
  },
);

engineTest("listIds() ignores what is no container", ({ paths }) => {
  Deno.mkdirSync(`${paths.containers}/lost+found`);
  Deno.writeTextFileSync(`${paths.containers}/${"a".repeat(63)}`, "");
  assert.deepEqual(listIds(paths), []);
  Deno.removeSync(paths.containers, { recursive: true });
  assert.deepEqual(listIds(paths), [], "nothing has been run yet");
  assert.deepEqual(
    listContainers(hostPaths({ root: "/no", runRoot: "/no" })),
    [],
  );
});

engineTest(
  "listContainers() shows the newest first and no half-made one",
  (roots) => {
    const { paths } = roots;
    const half = createContainerId();
    Deno.mkdirSync(containerDirectory(paths, half));
    using stack = new DisposableStack();
    for (const [name, createdMs] of [["b", 2], ["c", 3], ["a", 1]] as const) {
      const container = stack.use(roots.create({ name, createdMs }));
      stack.defer(() => container.remove());
    }
    const found = listContainers(paths);
    assert.deepEqual(found.map(({ config }) => config.name), ["c", "b", "a"]);
    assert.deepEqual(found.map(({ status }) => status.state), [
      "created",
      "created",
      "created",
    ]);
    assert.deepEqual(listLive(paths), found, "all are about to be started");
    const state = `${paths.states}/${found[1]?.config.id}`;
    Deno.renameSync(state, `${paths.states}/away`);
    assert.deepEqual(listLive(paths), [found[0], found[2]]);
    assert.deepEqual(listContainers(paths), found);
    Deno.renameSync(`${paths.states}/away`, state);
    assert.ok(listIds(paths).includes(half));
    Deno.removeSync(containerDirectory(paths, half));
  },
);

engineTest(
  "readStatus() believes in a process only if it is the same one",
  (roots) => {
    const { paths } = roots;
    using container = roots.create();
    const { config } = container;
    const { id } = config;
    const own = identifyProcess(Deno.pid);
    assert.ok(own);
    const record = runningRecord(own);
    assert.deepEqual(readStatus(paths, config), { state: "created" });
    writeRunning(paths, id, record);
    assert.deepEqual(readStatus(paths, config), {
      state: "running",
      pid: Deno.pid,
      startedMs: 5,
    });
    const gone = { pid: own.pid, startTime: "1" };
    writeRunning(paths, id, { ...record, ...gone });
    assert.equal(
      readStatus(paths, config).state,
      "running",
      "its keeper has not written down its end",
    );
    writeRunning(paths, id, { ...record, ...gone, keeper: gone });
    assert.deepEqual(readStatus(paths, config), { state: "created" });
    writeExit(paths, id, {
      exitCode: 3,
      startedMs: 5,
      finishedMs: 6,
      oomKilled: false,
      restartCount: 0,
    });
    assert.deepEqual(readStatus(paths, config), {
      state: "exited",
      exitCode: 3,
      finishedMs: 6,
      oomKilled: false,
    });
    writeRunning(paths, id, { ...record, startedMs: 7 });
    assert.equal(readStatus(paths, config).state, "running", "started again");
    container.remove();
  },
);
