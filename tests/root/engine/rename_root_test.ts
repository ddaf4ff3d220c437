/**
 * Renaming, and the change of a configuration that it takes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createContainerId } from "../../../lib/base/identifiers.ts";
import {
  changeConfig,
  lockConfig,
} from "../../../lib/engine/containers/change_config.ts";
import {
  claimName,
  findByName,
  releaseName,
} from "../../../lib/engine/containers/names.ts";
import {
  readConfig,
  writeConfig,
} from "../../../lib/engine/containers/records.ts";
import { removeContainer } from "../../../lib/engine/containers/remove.ts";
import { renameContainer } from "../../../lib/engine/containers/rename.ts";
import { DEADLINE_MS, Output } from "../../support/cli.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

async function remove({ engine }: EngineRoots, name: string): Promise<void> {
  await removeContainer(engine, name, { running: "refuse" });
}

engineTest("changeConfig() writes what the change gives", (roots) => {
  using container = roots.create();
  const { id } = container.config;
  const restart = { name: "always", maximumRetryCount: 0 } as const;
  const changed = changeConfig(roots.paths, id, (config) => ({
    ...config,
    restart,
  }));
  assert.deepEqual(changed, { ...container.config, restart });
  assert.deepEqual(readConfig(roots.paths, id), changed);
  container.remove();
});

engineTest("changeConfig() keeps the old one if the change fails", (roots) => {
  using container = roots.create();
  const { id } = container.config;
  const fail = (): never => {
    throw new RangeError("no");
  };
  assert.throws(() => changeConfig(roots.paths, id, fail), RangeError);
  assert.deepEqual(readConfig(roots.paths, id), container.config);
  container.remove();
});

engineTest("changeConfig() refuses what is not there, or half so", (roots) => {
  const id = createContainerId();
  const same = <T>(config: T): T => config;
  const expected = {
    name: "NotFoundError",
    message: `No such container: ${id}`,
  };
  assert.throws(() => changeConfig(roots.paths, id, same), expected);
  const directory = `${roots.paths.containers}/${id}`;
  Deno.mkdirSync(directory);
  assert.throws(() => changeConfig(roots.paths, id, same), expected);
  Deno.removeSync(directory, { recursive: true });
});

engineTest(
  "renameContainer() renames what is kept by another",
  async (roots) => {
    using container = roots.create({ name: "old" });
    const { id } = container.config;
    renameContainer(roots.engine, "/old", "/new");
    assert.equal(findByName(roots.paths, "new"), id);
    assert.equal(findByName(roots.paths, "old"), undefined);
    assert.deepEqual(readConfig(roots.paths, id), {
      ...container.config,
      name: "new",
    });
    container[Symbol.dispose]();
    await remove(roots, "new");
  },
);

engineTest(
  "a keeper gives back the name that its container has by then",
  (roots) => {
    using container = roots.create({ name: "old" });
    renameContainer(roots.engine, "old", "new");
    container.remove();
    assert.equal(findByName(roots.paths, "new"), undefined);
  },
);

engineTest("renameContainer() refuses a name that is taken", async (roots) => {
  for (const name of ["a", "b"]) roots.create({ name })[Symbol.dispose]();
  assert.throws(() => renameContainer(roots.engine, "a", "b"), {
    name: "ConflictError",
    message:
      /^Conflict\. The container name "\/b" is already in use by container "/,
  });
  assert.throws(() => renameContainer(roots.engine, "a", "a"), {
    name: "UsageError",
    message: "Renaming a container with the same name as its current name",
  });
  assert.throws(() => renameContainer(roots.engine, "a", "!"), {
    name: "UsageError",
    message:
      "Invalid container name (!), only [a-zA-Z0-9][a-zA-Z0-9_.-]* are allowed",
  });
  for (const name of ["a", "b"]) await remove(roots, name);
});

engineTest(
  "renameContainer() takes a name that a crash has left",
  async (roots) => {
    const names = ["a", "b"];
    const [a, b] = names.map((name) => {
      using container = roots.create({ name });
      return container.config.id;
    });
    assert.ok(a && b);
    // Renaming b has got no further than the claim.
    claimName(roots.paths, "c", b);
    renameContainer(roots.engine, "a", "c");
    assert.equal(findByName(roots.paths, "c"), a);
    // Renaming b has not got to the release of its old name.
    claimName(roots.paths, "d", b);
    changeConfig(roots.paths, b, (config) => ({ ...config, name: "d" }));
    renameContainer(roots.engine, "c", "b");
    assert.equal(findByName(roots.paths, "b"), a);
    await remove(roots, "b");
    await remove(roots, "d");
  },
);

const REMOVE = new URL(
  "../../fixtures/engine/remove_container.ts",
  import.meta.url,
);

/** Blocks until a process waits for a file's lock, or fails. */
function awaitLockWaiter(pid: number): void {
  const end = performance.now() + DEADLINE_MS;
  const waits = new RegExp(`-> FLOCK .* ${pid} `);
  while (!waits.test(Deno.readTextFileSync("/proc/locks"))) {
    assert.ok(performance.now() < end, "it does not wait for the lock");
  }
}

engineTest(
  "a removal waits for a change, and removes what has become of it",
  async (roots) => {
    const container = roots.create({ name: "web" });
    const { config: { id }, config } = container;
    container[Symbol.dispose]();
    const { root, runRoot, paths } = roots;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", REMOVE.pathname, root, runRoot, "web"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const output = new Output(child.stdout, "a removal");
    assert.equal(await output.line(), "ready");
    {
      using _changing = lockConfig(paths, id);
      await child.stdin.close();
      awaitLockWaiter(child.pid);
      claimName(paths, "new", id);
      writeConfig(paths, { ...config, name: "new" });
    }
    assert.equal(await output.rest(), "removed\n");
    assert.ok((await child.status).success);
    assert.equal(findByName(paths, "new"), undefined);
    assert.equal(lockConfig(paths, id), undefined);
    // As whoever renames it goes on to do.
    releaseName(paths, "web", id);
  },
);
