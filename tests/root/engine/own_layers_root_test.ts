/** @module */
import assert from "node:assert/strict";
import { ownLayers } from "../../../lib/engine/containers/own_layers.ts";
import { readConfig } from "../../../lib/engine/containers/records.ts";
import { writeContainerFiles } from "../../../lib/engine/containers/files.ts";
import { containerDirectory } from "../../../lib/engine/containers/records.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";
import type { CreatedContainer } from "../../../lib/engine/containers/create.ts";

const RANGES = [{ containerID: 0, hostID: 300_000, size: 65_536 }];
const MAPPED = {
  userns: { kind: "mapped", uid: RANGES, gid: RANGES },
} as const;

/** A container on a layer of the store, whose root is user 5's. */
async function create(roots: EngineRoots): Promise<CreatedContainer> {
  const layer = `${roots.paths.layers}/${"ab".repeat(32)}`;
  await Deno.mkdir(layer, { recursive: true });
  await Deno.chown(layer, 5, 6);
  return roots.create({ ...MAPPED, layers: [layer] });
}

engineTest(
  "ownLayers() leaves layers alone whose owners can be mapped",
  async (roots) => {
    using container = await create(roots);
    const asked: string[][] = [];
    {
      using owned = await ownLayers(roots.paths, container, (directories) => {
        asked.push([...directories]);
        return true;
      });
      assert.deepEqual(owned.snapshot, container.snapshot);
      assert.equal(owned.config.layerOwners, "mapped");
      assert.match(await Deno.readLink(owned.userns.path), /^user:/);
      assert.deepEqual(readConfig(roots.paths, owned.config.id), owned.config);
    }
    assert.deepEqual(asked, [[
      ...container.snapshot.lower,
      containerDirectory(roots.paths, container.config.id),
    ]]);
    container.remove();
  },
);

engineTest(
  "ownLayers() copies layers whose owners cannot be mapped",
  async (roots) => {
    using container = await create(roots);
    {
      using owned = await ownLayers(roots.paths, container, () => false);
      const { config, snapshot } = owned;
      assert.equal(config.layerOwners, "shifted");
      assert.equal(snapshot.lower.length, container.snapshot.lower.length);
      assert.deepEqual(config.layers, snapshot.lower);
      for (const [index, path] of snapshot.lower.entries()) {
        assert.notEqual(path, container.snapshot.lower[index]);
      }
      const { uid, gid } = await Deno.stat(snapshot.upper);
      assert.deepEqual([uid, gid], [300_005, 300_006]);
      assert.deepEqual(readConfig(roots.paths, config.id), config);
    }
    container.remove();
  },
);

engineTest(
  "writeContainerFiles() gives shifted containers their files",
  async (roots) => {
    using container = await create(roots);
    const ownerOf = async (
      layerOwners: "mapped" | "shifted",
    ): Promise<number> => {
      const config = { ...container.config, layerOwners };
      const path = writeContainerFiles(roots.paths, config, {
        state: undefined,
        warn: roots.engine.warn,
      });
      return (await Deno.stat(`${path}/hosts`)).uid ?? -1;
    };
    assert.equal(await ownerOf("mapped"), 0);
    assert.equal(await ownerOf("shifted"), 300_000);
    container.remove();
  },
);

engineTest(
  "ownLayers() is for containers with ids of their own",
  async (roots) => {
    using container = roots.create();
    await assert.rejects(ownLayers(roots.paths, container), TypeError);
    container.remove();
  },
);
