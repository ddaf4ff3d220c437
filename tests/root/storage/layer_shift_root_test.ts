/** @module */
import assert from "node:assert/strict";
import { HostError } from "../../../lib/base/errors.ts";
import { type HostPaths, hostPaths } from "../../../lib/base/host_paths.ts";
import { shiftLayer } from "../../../lib/storage/layer_shift.ts";
import type { OwnerMappings } from "../../../lib/storage/owner_shift.ts";
import { openDescriptors } from "../../support/processes.ts";
import { rootTest } from "../../support/root.ts";

const HEX = "ab".repeat(32);

function mappings(first: number): OwnerMappings {
  const ranges = [{ containerID: 0, hostID: first, size: 65_536 }];
  return { uid: ranges, gid: ranges };
}

/** A store with one layer of one file. */
async function withStore(
  test: (paths: HostPaths, layer: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ dir: "/var/tmp" });
  const before = openDescriptors();
  try {
    const paths = hostPaths({ root: directory, runRoot: `${directory}/run` });
    const layer = `${paths.layers}/${HEX}`;
    await Deno.mkdir(layer, { recursive: true });
    await Deno.mkdir(`${paths.mountPoints}/etc`, { recursive: true });
    await Deno.writeTextFile(`${layer}/file`, "text");
    await Deno.chown(`${layer}/file`, 33, 34);
    await test(paths, layer);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  assert.equal(openDescriptors(), before);
}

async function names(directory: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  return entries.map(({ name }) => name).sort();
}

rootTest(
  "shiftLayer() copies a layer once for each mapping",
  () =>
    withStore(async (paths, layer) => {
      const first = await shiftLayer(paths, layer, mappings(100_000));
      assert.match(first, new RegExp(`/${HEX}\\+[0-9a-f]{16}$`));
      const { uid, gid } = await Deno.stat(`${first}/file`);
      assert.deepEqual([uid, gid], [100_033, 100_034]);
      const { ino } = await Deno.stat(first);
      assert.equal(await shiftLayer(paths, layer, mappings(100_000)), first);
      assert.equal((await Deno.stat(first)).ino, ino, "it is the same copy");
      const second = await shiftLayer(paths, layer, mappings(200_000));
      assert.notEqual(second, first);
      assert.equal((await Deno.stat(`${second}/file`)).uid, 200_033);
      assert.equal((await names(paths.layers)).length, 3);
      assert.deepEqual(await names(paths.sources), [], "no lock is left");
    }),
);

rootTest(
  "shiftLayer() copies the mount points too",
  () =>
    withStore(async (paths) => {
      const path = await shiftLayer(paths, paths.mountPoints, mappings(5000));
      assert.match(path, /\/layers\/mountpoints\+[0-9a-f]{16}$/);
      assert.equal((await Deno.stat(`${path}/etc`)).uid, 5000);
    }),
);

rootTest(
  "shiftLayer() makes one copy however many ask for it",
  () =>
    withStore(async (paths, layer) => {
      const all = await Promise.all(
        Array.from(
          { length: 5 },
          () => shiftLayer(paths, layer, mappings(7000)),
        ),
      );
      assert.equal(new Set(all).size, 1);
      assert.equal((await names(paths.layers)).length, 2);
    }),
);

rootTest(
  "shiftLayer() refuses a directory of the user's",
  () =>
    withStore(async (paths) => {
      await assert.rejects(
        shiftLayer(paths, "/usr/share", mappings(5000)),
        (error) =>
          error instanceof HostError &&
          /cannot map the owners/.test(error.message),
      );
    }),
);

rootTest(
  "shiftLayer() leaves no half of a copy",
  () =>
    withStore(async (paths, layer) => {
      // A socket has no content that could be copied, and no layer has one.
      const listener = Deno.listen({ transport: "unix", path: `${layer}/s` });
      const dead = `${paths.layers}/.tmp-dead`;
      await Deno.mkdir(dead);
      try {
        await Deno.chmod(layer, 0o700);
        const path = await shiftLayer(paths, layer, mappings(5000));
        assert.ok((await names(path)).includes("s"));
        assert.deepEqual(await names(paths.layers), [
          HEX,
          path.split("/").at(-1),
        ]);
      } finally {
        listener.close();
      }
      await assert.rejects(
        shiftLayer(paths, `${paths.layers}/missing`, mappings(5000)),
        /HostError: Cannot copy the layer ".*missing" .*: openat: ENOENT/,
      );
      assert.equal((await names(paths.layers)).length, 2);
    }),
);
