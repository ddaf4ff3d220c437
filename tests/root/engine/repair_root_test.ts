/** @module */
import assert from "node:assert/strict";
import { createContainerId } from "../../../lib/base/identifiers.ts";
import {
  containerDirectory,
  stateDirectory,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { listIds } from "../../../lib/engine/containers/list.ts";
import { removeLocked } from "../../../lib/engine/containers/remove.ts";
import { repair } from "../../../lib/engine/repair.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import {
  listReferences,
  readReference,
  removeImageRecord,
} from "../../../lib/storage/image_store.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";
import { addNamedImage } from "../../support/stored_images.ts";
import { runningRecord } from "../../support/running_record.ts";

/** What repair tells, without what other tests may have left on the host. */
async function repaired({ engine }: EngineRoots): Promise<string[]> {
  const lines = await repair(engine);
  return lines.filter((line) => !line.includes("abandoned cgroups"));
}

engineTest("repair() finds nothing where nothing is wrong", async (roots) => {
  using container = roots.create({ name: "web" });
  assert.deepEqual(await repaired(roots), []);
  container.remove();
});

engineTest("repair() releases the names of what is gone", async (roots) => {
  const { names } = roots.paths;
  await Deno.symlink(createContainerId(), `${names}/stale`);
  await Deno.symlink("nonsense", `${names}/odd`);
  await Deno.mkdir(`${names}/directory/full`, { recursive: true });
  const lines = await repaired(roots);
  assert.deepEqual(lines.toSorted(), [
    'Released the name "directory": its container is gone',
    'Released the name "odd": its container is gone',
    'Released the name "stale": its container is gone',
  ]);
  assert.deepEqual([...await Array.fromAsync(Deno.readDir(names))], []);
  assert.deepEqual(await repaired(roots), []);
});

engineTest(
  "repair() releases the names of images that are gone",
  async (roots) => {
    const { paths } = roots;
    await Deno.mkdir(paths.layers, { recursive: true });
    const { manifest } = await addNamedImage(paths, {
      names: ["kept", "lost"],
    });
    await addNamedImage(paths, {
      names: ["lost"],
      document: { author: "another" },
    });
    const other = await readReference(paths, "docker.io/library/lost:latest");
    assert.ok(other !== undefined && other !== manifest.digest);
    removeImageRecord(paths, other);
    assert.deepEqual(await repaired(roots), [
      'Released the name "lost:latest": its image is gone',
    ]);
    assert.deepEqual(listReferences(paths).map(({ name }) => name), [
      "docker.io/library/kept:latest",
    ]);
  },
);

engineTest("repair() settles what has lost its keeper", async (roots) => {
  const own = identifyProcess(Deno.pid);
  assert.ok(own);
  const { paths } = roots;
  const orphan = createContainerId();
  await Deno.mkdir(stateDirectory(paths, orphan));
  const half = createContainerId();
  await Deno.mkdir(containerDirectory(paths, half));
  await Deno.mkdir(stateDirectory(paths, half));
  const container = roots.create({ name: "web" });
  const { id } = container.config;
  writeRunning(paths, id, runningRecord({ ...own, startTime: "1" }));
  container[Symbol.dispose]();
  const lines = await repaired(roots);
  assert.deepEqual(
    lines.toSorted(),
    [
      `Removed container ${half.slice(0, 12)}: it was only half created`,
      `Removed the state of ${orphan.slice(0, 12)}: its container is gone`,
      `Settled container ${id.slice(0, 12)}: its keeper was gone`,
    ].toSorted(),
  );
  assert.deepEqual(listIds(paths), [id]);
  assert.deepEqual(await repaired(roots), []);
  await removeLocked(paths, id);
});
