/** @module */
import assert from "node:assert/strict";
import { createContainerId } from "../../../lib/base/identifiers.ts";
import {
  PRUNE_ALL,
  pruneContainers,
  type PruneFilter,
} from "../../../lib/engine/containers/prune.ts";
import {
  containerDirectory,
  readConfig,
  writeRestarting,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { listIds } from "../../../lib/engine/containers/list.ts";
import { removeLocked } from "../../../lib/engine/containers/remove.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import {
  type EngineRoots,
  engineTest,
  type LayeredDraft,
} from "../../support/engine.ts";
import { runningRecord } from "../../support/running_record.ts";

type Id = LayeredDraft["id"];

/** A container that nobody has locked. */
function leave(roots: EngineRoots, changes: Partial<LayeredDraft> = {}): Id {
  using container = roots.create(changes);
  return container.config.id;
}

async function prune(
  { engine }: EngineRoots,
  filter: Partial<PruneFilter> = {},
  mode: "remove" | "dry-run" = "remove",
): Promise<readonly string[]> {
  const pruned = await pruneContainers(engine, {
    filter: { ...PRUNE_ALL, ...filter },
    mode,
  });
  return pruned.ids;
}

engineTest("pruneContainers() removes what does not run", async (roots) => {
  const ids = [leave(roots, { name: "a" }), leave(roots, { name: "b" })];
  const [first] = ids;
  assert.ok(first);
  const big = `${containerDirectory(roots.paths, first)}/upper/big`;
  await Deno.writeFile(big, new Uint8Array(1_000_000).fill(7));
  const options = { filter: PRUNE_ALL, mode: "dry-run" } as const;
  const planned = await pruneContainers(roots.engine, options);
  assert.deepEqual(listIds(roots.paths).toSorted(), ids.toSorted());
  const pruned = await pruneContainers(roots.engine, {
    ...options,
    mode: "remove",
  });
  assert.deepEqual(pruned, planned);
  assert.deepEqual(pruned.ids.toSorted(), ids.toSorted());
  assert.ok(pruned.reclaimedBytes > 1_000_000);
  assert.deepEqual(listIds(roots.paths), []);
});

engineTest("pruneContainers() spares what runs or is locked", async (roots) => {
  const own = identifyProcess(Deno.pid);
  assert.ok(own);
  // Its keeper has been killed, so that nobody has it locked.
  const orphan = leave(roots);
  writeRunning(
    roots.paths,
    orphan,
    runningRecord(own, { withoutKeeper: "goes-on" }),
  );
  using starting = roots.create();
  using restarting = roots.create();
  writeRestarting(roots.paths, restarting.config.id, {
    keeper: own,
    untilMs: Infinity,
  });
  const half = createContainerId();
  await Deno.mkdir(containerDirectory(roots.paths, half));
  const idle = leave(roots);
  assert.deepEqual(await prune(roots), [idle]);
  assert.ok(readConfig(roots.paths, orphan));
  assert.ok(readConfig(roots.paths, starting.config.id));
  for (const id of [orphan, half]) await removeLocked(roots.paths, id);
  starting.remove();
  restarting.remove();
});

engineTest("pruneContainers() takes what its filter does", async (roots) => {
  const shop = leave(roots, { labels: { app: "shop" }, createdMs: 1000 });
  const other = leave(roots, { labels: {}, createdMs: 2000 });
  const table: [Partial<PruneFilter>, Id[]][] = [
    [{ untilMs: 1000 }, []],
    [{ untilMs: 1001 }, [shop]],
    [{ labels: ["app"] }, [shop]],
    [{ labels: ["app=shop", "app"] }, [shop]],
    [{ labels: ["app", "none"] }, []],
    [{ withoutLabels: ["app"] }, [other]],
    [{ withoutLabels: ["app=other"] }, [shop, other]],
  ];
  for (const [filter, expected] of table) {
    const ids = await prune(roots, filter, "dry-run");
    assert.deepEqual(ids.toSorted(), expected.toSorted());
  }
  await prune(roots);
});

engineTest("pruneContainers() goes on after one that stays", async (roots) => {
  const stuck = leave(roots);
  const idle = leave(roots);
  const mount = `${containerDirectory(roots.paths, stuck)}/merged`;
  const run = (command: string, ...args: string[]): void => {
    assert.ok(new Deno.Command(command, { args }).outputSync().success);
  };
  run("mount", "-t", "tmpfs", "none", mount);
  try {
    assert.deepEqual(await prune(roots), [idle]);
    assert.equal(roots.warnings.length, 1);
    assert.match(
      roots.warnings[0] ?? "",
      /^Cannot remove container [0-9a-f]{12}: /,
    );
  } finally {
    run("umount", mount);
  }
  await removeLocked(roots.paths, stuck);
});
