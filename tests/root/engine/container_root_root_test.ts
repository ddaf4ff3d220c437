/**
 * Files of containers that do not run; those of running ones are tested with
 * the built program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdirat } from "../../../ffi/calls/file.ts";
import { lstatat } from "../../../ffi/calls/stat.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { asFileMaker } from "../../../lib/runtime/rootfs/file_maker.ts";
import {
  openContainerLayers,
  openContainerRoot,
} from "../../../lib/engine/containers/container_root.ts";
import { tryLock } from "../../../lib/engine/containers/lock.ts";
import { containerDirectory } from "../../../lib/engine/containers/records.ts";
import { namesIn } from "../../support/cli.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

/** A created container, of which only the name is kept. */
function create(
  roots: EngineRoots,
  changes: Parameters<EngineRoots["draft"]>[0] = {},
): { readonly id: string; readonly directory: string; remove(): void } {
  const { config, remove, lock } = roots.create(changes);
  lock[Symbol.dispose]();
  const directory = containerDirectory(roots.paths, config.id);
  return { id: config.id, directory, remove };
}

function read(root: Fd, path: string): string {
  return Deno.readTextFileSync(`${root.path}/${path}`);
}

engineTest(
  "openContainerRoot() shows a container with its volumes",
  async (roots) => {
    const volume = `${roots.directory}/volume`;
    await Deno.mkdir(volume);
    await Deno.writeTextFile(`${volume}/f`, "of the volume");
    const container = create(roots, {
      volumes: [
        {
          source: volume,
          destination: "/data/v",
          access: "rw",
          create: "never",
        },
        {
          source: "/gone",
          destination: "/gone",
          access: "rw",
          create: "never",
        },
      ],
    });
    {
      using opened = await openContainerRoot(roots.engine, container.id);
      const { root } = opened;
      assert.equal(read(root, "data/v/f"), "of the volume");
      await Deno.writeTextFile(`${root.path}/data/v/g`, "new");
      await Deno.writeTextFile(`${root.path}/own`, "own");
      assert.equal(tryLock(container.directory), "busy");
      const mounts = await Deno.readTextFile("/proc/self/mountinfo");
      assert.ok(!mounts.includes(roots.directory));
    }
    assert.equal(await Deno.readTextFile(`${volume}/g`), "new");
    assert.equal(
      await Deno.readTextFile(`${container.directory}/upper/own`),
      "own",
    );
    container.remove();
  },
);

engineTest(
  "openContainerRoot() lets nobody write to a read-only container",
  async (roots) => {
    const container = create(roots, { readOnly: true });
    {
      using opened = await openContainerRoot(roots.engine, container.id);
      assert.throws(
        () => mkdirat(opened.root.number, "d", 0o755),
        (error) => isSyscallError(error, "EROFS"),
      );
    }
    container.remove();
  },
);

engineTest(
  "openContainerLayers() shows layers alone, for reading",
  async (roots) => {
    const volume = `${roots.directory}/volume`;
    await Deno.mkdir(volume);
    const container = create(roots, {
      volumes: [
        { source: volume, destination: "/v", access: "rw", create: "never" },
      ],
    });
    await Deno.writeTextFile(`${roots.directory}/layer/image`, "image");
    await Deno.writeTextFile(`${container.directory}/upper/own`, "own");
    {
      // As while it runs.
      using _lock = tryLock(container.directory) as Fd;
      using opened = await openContainerLayers(roots.engine, container.id);
      assert.deepEqual(await namesIn(opened.root.path), [
        "dev",
        "etc",
        "image",
        "own",
        "proc",
        "sys",
      ]);
      assert.throws(
        () => mkdirat(opened.root.number, "d", 0o755),
        (error) => isSyscallError(error, "EROFS"),
      );
    }
    container.remove();
  },
);

const RANGES = [{ containerID: 0, hostID: 300_000, size: 65_536 }];

engineTest(
  "openContainerRoot() shows the ids of a container with its own",
  async (roots) => {
    const layer = `${roots.paths.layers}/${"ab".repeat(32)}`;
    await Deno.mkdir(layer, { recursive: true });
    await Deno.writeTextFile(`${layer}/f`, "");
    await Deno.chown(`${layer}/f`, 5, 6);
    const idMappings = { uid: RANGES, gid: RANGES };
    const container = create(roots, {
      layers: [layer],
      userns: { kind: "mapped", ...idMappings },
      idMappings,
    });
    {
      using opened = await openContainerRoot(roots.engine, container.id);
      const { number } = opened.root;
      assert.deepEqual(opened.maker, { uid: 300_000, gid: 300_000 });
      const { uid, gid } = lstatat(number, "f");
      assert.deepEqual([uid, gid], [300_005, 300_006]);
      asFileMaker(opened.maker, () => mkdirat(number, "d", 0o755));
      assert.equal(lstatat(number, "d").uid, 300_000);
    }
    {
      using layers = await openContainerLayers(roots.engine, container.id);
      assert.equal(lstatat(layers.root.number, "d").uid, 300_000);
    }
    container.remove();
  },
);

engineTest(
  "openContainerRoot() finds no container that is not there",
  async (roots) => {
    await assert.rejects(
      openContainerRoot(roots.engine, "nope"),
      /^NotFoundError: No such container: nope$/,
    );
  },
);
