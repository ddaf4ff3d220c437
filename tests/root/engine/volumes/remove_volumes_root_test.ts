/**
 * When volumes go, and when they stay.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { HostPaths } from "../../../../lib/base/host_paths.ts";
import { PRUNE_ALL } from "../../../../lib/engine/containers/prune.ts";
import { removeContainer } from "../../../../lib/engine/containers/remove.ts";
import { createVolume } from "../../../../lib/engine/volumes/create_volume.ts";
import { createWithVolumes } from "../../../../lib/engine/volumes/create_with_volumes.ts";
import {
  holdVolumes,
  lockVolumes,
} from "../../../../lib/engine/volumes/hold_volumes.ts";
import { inspectVolume } from "../../../../lib/engine/volumes/inspect_volume.ts";
import { listVolumes } from "../../../../lib/engine/volumes/list_volumes.ts";
import {
  pruneVolumes,
  type VolumePruneOptions,
} from "../../../../lib/engine/volumes/prune_volumes.ts";
import { removeNamedVolume } from "../../../../lib/engine/volumes/remove_volume.ts";
import { volumeOfStore } from "../../../../lib/engine/volumes/volume_of_store.ts";
import type { BindVolume } from "../../../../lib/engine/volume.ts";
import {
  holdVolume,
  listVolumeNames,
  makeVolume,
  readVolume,
} from "../../../../lib/storage/volume_store.ts";
import { namesIn } from "../../../support/cli.ts";
import { type EngineRoots, engineTest } from "../../../support/engine.ts";

function volume(
  { volumes }: HostPaths,
  destination: string,
  name?: string,
): BindVolume {
  const places = { volumes, newName: () => `new${destination.slice(1)}` };
  const use = name === undefined ? {} : { name };
  return volumeOfStore({ destination, access: "rw" }, places, use);
}

/** A stopped container with a volume `named` and one without a name. */
async function stopped(
  roots: EngineRoots,
  name: string,
): Promise<void> {
  const { paths, engine } = roots;
  const volumes = [volume(paths, "/a"), volume(paths, "/b", "named")];
  using _container = await createWithVolumes(
    engine,
    roots.draft({ name, volumes }),
  );
}

function prune(
  roots: EngineRoots,
  options: Partial<VolumePruneOptions> = {},
): readonly string[] {
  return pruneVolumes(roots.engine, {
    which: "anonymous",
    mode: "remove",
    filter: PRUNE_ALL,
    ...options,
  }).ids;
}

engineTest(
  "removeContainer() removes volumes without names, once nobody has them",
  async (roots) => {
    const { engine, paths } = roots;
    await stopped(roots, "one");
    await stopped(roots, "two");
    assert.deepEqual(listVolumeNames(paths), ["named", "newa"]);
    await removeContainer(engine, "one", { running: "refuse" });
    assert.deepEqual(listVolumeNames(paths), ["named", "newa"]);
    await removeContainer(engine, "two", { running: "refuse" });
    assert.deepEqual(listVolumeNames(paths), ["named"]);
    await stopped(roots, "three");
    await removeContainer(engine, "three", {
      running: "refuse",
      volumes: "keep",
    });
    assert.deepEqual(listVolumeNames(paths), ["named", "newa"]);
  },
);

engineTest(
  "removeNamedVolume() refuses what a container has",
  async (roots) => {
    const { engine, paths } = roots;
    {
      using container = await createWithVolumes(
        engine,
        roots.draft({ volumes: [volume(paths, "/b", "named")] }),
      );
      assert.throws(() => removeNamedVolume(engine, "named"), {
        name: "ConflictError",
        message: `remove named: volume is in use - [${container.config.id}]`,
      });
      container.remove();
    }
    removeNamedVolume(engine, "named");
    assert.deepEqual(await namesIn(paths.volumes), []);
    for (const name of ["named", "..", "", ".tmp-x", "a/b", "../volumes"]) {
      assert.throws(() => removeNamedVolume(engine, name), {
        name: "NotFoundError",
        message: `get ${name}: no such volume`,
      });
    }
  },
);

engineTest(
  "removeNamedVolume() removes a volume whose record is damaged",
  async (roots) => {
    const { engine, paths } = roots;
    await createVolume(paths, { name: "v", driver: "local", labels: [] });
    await Deno.writeTextFile(`${paths.volumes}/v/volume.json`, "{");
    const warnings: string[] = [];
    assert.deepEqual(listVolumes(paths, (text) => warnings.push(text)), []);
    assert.match(warnings[0] ?? "", /^The record of volume "v" is damaged: /);
    assert.throws(() => readVolume(paths, "v"), { name: "IntegrityError" });
    removeNamedVolume(engine, "v");
    assert.deepEqual(listVolumeNames(paths), []);
  },
);

engineTest("pruneVolumes() removes what no container has", async (roots) => {
  const { paths } = roots;
  await stopped(roots, "one");
  const make = (
    name: string,
    { createdMs = 5, isAnonymous = true, labels = {} } = {},
  ): Promise<boolean> =>
    makeVolume(paths, { name, createdMs, isAnonymous, labels });
  await make("old", { createdMs: 1 });
  await make("new");
  await make("mine", { isAnonymous: false });
  await make("labelled", { labels: { keep: "" } });
  assert.deepEqual(prune(roots, { mode: "dry-run" }), [
    "labelled",
    "new",
    "old",
  ]);
  assert.deepEqual(prune(roots, { filter: { ...PRUNE_ALL, untilMs: 2 } }), [
    "old",
  ]);
  assert.deepEqual(
    prune(roots, { filter: { ...PRUNE_ALL, withoutLabels: ["keep"] } }),
    ["new"],
  );
  assert.deepEqual(prune(roots), ["labelled"]);
  assert.deepEqual(prune(roots, { which: "all" }), ["mine"]);
  const [id = ""] = await namesIn(paths.containers);
  const without = { mode: "dry-run", which: "all", without: [id] } as const;
  assert.deepEqual(prune(roots, without), ["named", "newa"]);
  await removeContainer(roots.engine, "one", { running: "refuse" });
});

engineTest("createVolume() makes a volume once", async (roots) => {
  const { paths } = roots;
  const options = { driver: "local", labels: ["a=1"] };
  assert.equal(await createVolume(paths, { ...options, name: "v" }), "v");
  await createVolume(paths, { name: "v", driver: "local", labels: ["a=2"] });
  const inspected = inspectVolume(paths, "v");
  assert.deepEqual(inspected.Labels, new Map([["a", "1"]]));
  assert.equal(inspected.Mountpoint, `${paths.volumes}/v/_data`);
  const name = await createVolume(paths, { driver: "local", labels: [] });
  assert.match(name, /^[0-9a-f]{64}$/);
  assert.deepEqual(
    inspectVolume(paths, name).Labels,
    new Map([["com.docker.volume.anonymous", ""]]),
  );
  for (const wrong of ["", ".", "..", "a/b", "_a"]) {
    await assert.rejects(createVolume(paths, { ...options, name: wrong }), {
      name: "UsageError",
    });
  }
  await assert.rejects(createVolume(paths, { ...options, driver: "nfs" }), {
    message: 'error looking up volume plugin nfs: plugin "nfs" not found',
  });
});

engineTest("makeVolume() removes what was half made", async (roots) => {
  const { volumes } = roots.paths;
  await Deno.mkdir(`${volumes}/.tmp-dead/_data`, { recursive: true });
  const record = { createdMs: 1, isAnonymous: false, labels: {} };
  await assert.rejects(
    makeVolume({ volumes }, { ...record, name: "v" }, () => {
      throw new RangeError("as if killed");
    }),
    RangeError,
  );
  await makeVolume({ volumes }, { ...record, name: "w" });
  const names = await namesIn(volumes);
  assert.deepEqual(names, ["w"]);
});

engineTest(
  "holdVolumes() keeps others from locking, not from holding",
  ({ paths }) => {
    assert.equal(lockVolumes(paths), "missing");
    {
      using _one = holdVolumes(paths);
      using _two = holdVolumes(paths);
    }
    const lock = lockVolumes(paths);
    assert.equal(typeof lock, "object");
    if (typeof lock === "object") lock[Symbol.dispose]();
  },
);

engineTest("holdVolume() keeps one volume, and no other", async (roots) => {
  const { engine, paths } = roots;
  for (const name of ["v", "w"]) {
    await createVolume(paths, { name, driver: "local", labels: [] });
  }
  {
    using held = holdVolume(paths, "v");
    using _again = holdVolume(paths, "v");
    assert.ok(held);
    assert.throws(() => removeNamedVolume(engine, "v"), {
      name: "ConflictError",
      message: "remove v: volume is in use: it is being exported or imported",
    });
    assert.deepEqual(prune(roots, { which: "all" }), ["w"]);
  }
  assert.equal(holdVolume(paths, "w"), undefined);
  removeNamedVolume(engine, "v");
  assert.deepEqual(await namesIn(paths.volumes), []);
});

engineTest(
  "createWithVolumes() makes no volume of others that is gone",
  async (roots) => {
    const { engine, paths } = roots;
    const one = volume(paths, "/a");
    assert.ok(one.volume);
    const gone = {
      ...one,
      volume: { ...one.volume, isInherited: true },
    } as const;
    const draft = roots.draft({ volumes: [gone, volume(paths, "/b")] });
    await assert.rejects(createWithVolumes(engine, draft), {
      name: "NotFoundError",
      message:
        "get newa: no such volume: it is gone with the container that had it",
    });
    assert.deepEqual(await namesIn(paths.volumes), []);
  },
);
