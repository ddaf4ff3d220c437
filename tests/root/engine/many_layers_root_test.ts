/**
 * As many layers as an image can have: their paths do not fit into what
 * mount(2) takes.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Fd } from "../../../ffi/fd.ts";
import {
  openContainerLayers,
  openContainerRoot,
} from "../../../lib/engine/containers/container_root.ts";
import type { ContainerConfig } from "../../../lib/engine/container_config.ts";
import { asFileMaker } from "../../../lib/runtime/rootfs/file_maker.ts";
import { readSnapshotFile } from "../../support/snapshot_file.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";
import { openDescriptors } from "../../support/processes.ts";

const COUNT = 125;
const RANGES = [{ containerID: 0, hostID: 300_000, size: 65_536 }];

/** Layers that all have `/f` and one file of their own; the topmost first. */
function makeLayers({ paths }: EngineRoots): string[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const layer = `${paths.layers}/${index.toString(16).padStart(64, "0")}`;
    Deno.mkdirSync(`${layer}/d`, { recursive: true });
    Deno.writeTextFileSync(`${layer}/f`, String(index));
    Deno.writeTextFileSync(`${layer}/d/${index}`, String(index));
    return layer;
  });
}

async function checkBoth(
  roots: EngineRoots,
  changes: Partial<ContainerConfig>,
): Promise<void> {
  const container = roots.create({ ...changes, layers: makeLayers(roots) });
  container.lock[Symbol.dispose]();
  const { config: { id }, snapshot } = container;
  const before = openDescriptors();
  const check = (root: Fd): void => {
    assert.equal([...Deno.readDirSync(`${root.path}/d`)].length, COUNT);
    assert.equal(Deno.readTextFileSync(`${root.path}/f`), "0");
    const last = Deno.statSync(`${root.path}/d/${COUNT - 1}`);
    assert.equal(last.uid, changes.idMappings === undefined ? 0 : 300_000);
  };
  {
    using opened = await openContainerRoot(roots.engine, id);
    check(opened.root);
    const path = `${opened.root.path}/new`;
    asFileMaker(opened.maker, () => Deno.writeTextFileSync(path, ""));
  }
  await Deno.stat(`${snapshot.upper}/new`);
  {
    using opened = await openContainerLayers(roots.engine, id);
    check(opened.root);
  }
  assert.equal(readSnapshotFile(snapshot, `/d/${COUNT - 1}`), `${COUNT - 1}`);
  assert.equal(openDescriptors(), before);
  container.remove();
}

engineTest(
  "openContainerRoot() mounts 125 layers",
  (roots) => checkBoth(roots, {}),
);

engineTest(
  "openContainerRoot() mounts 125 layers with their owners mapped",
  (roots) =>
    checkBoth(roots, {
      userns: { kind: "mapped", uid: RANGES, gid: RANGES },
      idMappings: { uid: RANGES, gid: RANGES },
    }),
);
