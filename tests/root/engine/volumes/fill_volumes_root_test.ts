/**
 * What volumes get of images.
 *
 * @module
 */
import assert from "node:assert/strict";
import { lgetxattr } from "../../../../ffi/calls/xattr.ts";
import { syscall } from "../../../../ffi/syscall.ts";
import { AT_FDCWD } from "../../../../ffi/constants/fcntl.ts";
import { mknodat, openat } from "../../../../ffi/calls/file.ts";
import type { CreatedContainer } from "../../../../lib/engine/containers/create.ts";
import { createWithVolumes } from "../../../../lib/engine/volumes/create_with_volumes.ts";
import { volumeOfStore } from "../../../../lib/engine/volumes/volume_of_store.ts";
import type { VolumeUse } from "../../../../lib/engine/volume.ts";
import { type ByteString } from "../../../../lib/storage/tar/byte_string.ts";
import { setOpenXattrs } from "../../../../lib/storage/tar/xattrs.ts";
import { volumeDataPath } from "../../../../lib/storage/volume_path.ts";
import {
  listVolumeNames,
  makeVolume,
} from "../../../../lib/storage/volume_store.ts";
import {
  type EngineRoots,
  engineTest,
  type LayeredDraft,
} from "../../../support/engine.ts";
import { namesIn } from "../../../support/cli.ts";
import { SmallDisk } from "../../../support/small_disk.ts";

const CHAR_DEVICE = 0o020000;

/** A directory of the test, with what is made in it. */
function layer(roots: EngineRoots, name: string): string {
  const path = `${roots.directory}/${name}`;
  Deno.mkdirSync(path, { recursive: true });
  return path;
}

/** Creates a container with volume `v` on /data. */
function create(
  roots: EngineRoots,
  layers: readonly string[],
  {
    use = { name: "v" },
    destination = "/data",
    ...changes
  }: Partial<LayeredDraft> & {
    readonly use?: Partial<VolumeUse>;
    readonly destination?: string;
  } = {},
): Promise<CreatedContainer> {
  const places = { volumes: roots.paths.volumes, newName: () => "nameless" };
  const volume = volumeOfStore({ destination, access: "rw" }, places, use);
  const draft = roots.draft({ layers, volumes: [volume], ...changes });
  return createWithVolumes(roots.engine, draft);
}

/** The names in a volume, sorted. */
function filesIn({ paths }: EngineRoots, name = "v"): string[] {
  return [...Deno.readDirSync(volumeDataPath(paths, name))]
    .map((entry) => entry.name).sort();
}

function assertTidy({ paths }: EngineRoots, name = "v"): void {
  const names = [...Deno.readDirSync(`${paths.volumes}/${name}`)];
  assert.deepEqual(names.map((entry) => entry.name).sort(), [
    "_data",
    "volume.json",
  ]);
}

engineTest(
  "createWithVolumes() leaves out what a layer alone says to be gone",
  async (roots) => {
    layer(roots, "base");
    const data = layer(roots, "image/data");
    await Deno.writeTextFile(`${data}/f`, "content");
    mknodat(AT_FDCWD, `${data}/gone`, CHAR_DEVICE, { major: 0, minor: 0 });
    const layers = ["image", "base"].map((name) => layer(roots, name));
    using container = await create(roots, layers);
    assert.deepEqual(filesIn(roots), ["f"]);
    container.remove();
  },
);

engineTest(
  "createWithVolumes() copies what the image has, as it is there",
  async (roots) => {
    const image = layer(roots, "image");
    const data = layer(roots, "image/data/sub");
    await Deno.writeTextFile(`${data}/f`, "content", { mode: 0o640 });
    await Deno.link(`${data}/f`, `${image}/data/same`);
    await Deno.symlink("/etc/shadow", `${image}/data/link`);
    await Deno.chown(`${data}/f`, 33, 44);
    await Deno.chmod(`${data}/f`, 0o4750);
    {
      using file = openat(AT_FDCWD, `${data}/f`, 0);
      const value = new TextEncoder().encode("v");
      setOpenXattrs(file.number, new Map([["user.a" as ByteString, value]]));
    }
    await Deno.utime(`${data}/f`, 1000, 2000);
    await Deno.chown(`${image}/data`, 5, 6);
    await Deno.chmod(`${image}/data`, 0o1777);
    await Deno.utime(`${image}/data`, 1000, 3000);
    using container = await create(roots, [image]);
    assert.deepEqual(filesIn(roots), ["link", "same", "sub"]);
    const copied = volumeDataPath(roots.paths, "v");
    const file = await Deno.stat(`${copied}/sub/f`);
    assert.deepEqual(
      [file.uid, file.gid, (file.mode ?? 0) & 0o7777, file.nlink],
      [33, 44, 0o4750, 2],
    );
    assert.equal(file.mtime?.getTime(), 2_000_000);
    assert.equal((await Deno.stat(`${copied}/same`)).ino, file.ino);
    const xattr = lgetxattr(
      `${copied}/sub/f`,
      new TextEncoder().encode("user.a\0").slice(0, -1),
    );
    assert.equal(new TextDecoder().decode(xattr), "v");
    assert.equal(await Deno.readLink(`${copied}/link`), "/etc/shadow");
    const top = await Deno.stat(copied);
    assert.deepEqual(
      [top.uid, top.gid, (top.mode ?? 0) & 0o7777, top.mtime?.getTime()],
      [5, 6, 0o1777, 3_000_000],
    );
    assertTidy(roots);
    container.remove();
  },
);

engineTest(
  "createWithVolumes() copies only while a volume is empty",
  async (roots) => {
    const image = layer(roots, "image");
    await Deno.writeTextFile(`${layer(roots, "image/data")}/f`, "old");
    const other = layer(roots, "other");
    await Deno.writeTextFile(`${layer(roots, "other/data")}/g`, "new");
    using first = await create(roots, [image]);
    using second = await create(roots, [other]);
    assert.deepEqual(filesIn(roots), ["f"]);
    using uncopied = await create(roots, [image], {
      use: { name: "w", copyUp: "never" },
    });
    assert.deepEqual(filesIn(roots, "w"), []);
    for (const container of [first, second, uncopied]) container.remove();
  },
);

engineTest(
  "createWithVolumes() copies what the layers together have",
  async (roots) => {
    const bottom = layer(roots, "bottom");
    await Deno.writeTextFile(`${layer(roots, "bottom/srv/real")}/f`, "");
    await Deno.writeTextFile(`${bottom}/srv/real/removed`, "");
    await Deno.symlink("/srv/real", `${bottom}/data`);
    layer(roots, "top/srv/real");
    const { directory } = roots;
    const whiteout = `${directory}/top/srv/real/removed`;
    mknodat(AT_FDCWD, whiteout, CHAR_DEVICE, { major: 0, minor: 0 });
    using container = await create(roots, [`${directory}/top`, bottom]);
    assert.deepEqual(filesIn(roots), ["f"]);
    container.remove();
  },
);

engineTest(
  "createWithVolumes() follows no link out of the image",
  async (roots) => {
    const image = layer(roots, "image");
    const outside = layer(roots, "outside");
    await Deno.writeTextFile(`${outside}/secret`, "");
    await Deno.symlink(outside, `${image}/data`);
    await Deno.symlink("../../../../../..", `${image}/up`);
    using container = await create(roots, [image]);
    assert.deepEqual(filesIn(roots), []);
    const destination = `/up${outside}`;
    using other = await create(roots, [image], {
      use: { name: "w" },
      destination,
    });
    assert.deepEqual(filesIn(roots, "w"), []);
    container.remove();
    other.remove();
  },
);

engineTest(
  "createWithVolumes() finishes what a killed one has begun",
  async (roots) => {
    const image = layer(roots, "image");
    await Deno.writeTextFile(`${layer(roots, "image/data")}/f`, "whole");
    await makeVolume(roots.paths, {
      name: "v",
      createdMs: 1,
      isAnonymous: false,
      labels: {},
    });
    const own = `${roots.paths.volumes}/v`;
    // Killed while it copied.
    await Deno.mkdir(`${own}/growing`);
    await Deno.writeTextFile(`${own}/growing/f`, "who");
    using first = await create(roots, [image]);
    assert.equal(await Deno.readTextFile(`${own}/_data/f`), "whole");
    assertTidy(roots);
    // Killed while it moved in what it had copied.
    await Deno.mkdir(`${own}/whole`);
    await Deno.writeTextFile(`${own}/whole/f`, "not this");
    await Deno.writeTextFile(`${own}/whole/g`, "rest");
    using second = await create(roots, [image]);
    assert.deepEqual(filesIn(roots), ["f", "g"]);
    assert.equal(await Deno.readTextFile(`${own}/_data/f`), "whole");
    assertTidy(roots);
    first.remove();
    second.remove();
  },
);

engineTest(
  "createWithVolumes() fills a volume once for many at a time",
  async (roots) => {
    const image = layer(roots, "image");
    const data = layer(roots, "image/data");
    for (let i = 0; i < 50; i++) await Deno.writeTextFile(`${data}/${i}`, "x");
    const created = await Promise.all(
      Array.from({ length: 4 }, () => create(roots, [image])),
    );
    assert.equal(filesIn(roots).length, 50);
    assertTidy(roots);
    for (using container of created) container.remove();
  },
);

engineTest(
  "createWithVolumes() leaves nothing if there is no room",
  async (roots) => {
    const image = layer(roots, "image");
    const data = layer(roots, "image/data");
    await Deno.writeFile(`${data}/large`, new Uint8Array(2_000_000).fill(1));
    using _disk = new SmallDisk(roots.paths.volumes, 1_000_000);
    await assert.rejects(create(roots, [image]), {
      name: "HostError",
      message:
        'Cannot copy "/data" of the image to volume "v": sendfile: ENOSPC (no space left on device)',
    });
    assert.deepEqual(listVolumeNames(roots.paths), []);
    assert.deepEqual(await namesIn(roots.paths.volumes), []);
    // One that was there before is there still, as it was.
    const record = { name: "v", createdMs: 1, isAnonymous: false, labels: {} };
    await makeVolume(roots.paths, record);
    await assert.rejects(create(roots, [image]), { name: "HostError" });
    assert.deepEqual(filesIn(roots), []);
    assertTidy(roots);
  },
);

engineTest(
  "createWithVolumes() gives new volumes to the container's ids",
  async (roots) => {
    const image = layer(roots, "image");
    await Deno.writeTextFile(`${layer(roots, "image/data")}/f`, "");
    await Deno.chown(`${image}/data/f`, 7, 8);
    const ids = [{ containerID: 0, hostID: 300_000, size: 65_536 }];
    const mapped = { userns: { kind: "mapped", uid: ids, gid: ids } } as const;
    using filled = await create(roots, [image], mapped);
    const file = await Deno.stat(`${volumeDataPath(roots.paths, "v")}/f`);
    assert.deepEqual([file.uid, file.gid], [300_007, 300_008]);
    using empty = await create(roots, [image], {
      ...mapped,
      use: { name: "w" },
      destination: "/none",
    });
    const top = await Deno.stat(volumeDataPath(roots.paths, "w"));
    assert.deepEqual([top.uid, top.gid], [300_000, 300_000]);
    filled.remove();
    empty.remove();
  },
);

engineTest("createWithVolumes() leaves the umask as it was", async (roots) => {
  const image = layer(roots, "image");
  await Deno.writeTextFile(`${layer(roots, "image/data")}/f`, "");
  const before = syscall("umask", 0o077);
  using container = await create(roots, [image]);
  assert.equal(syscall("umask", before), 0o077);
  const { mode } = await Deno.stat(volumeDataPath(roots.paths, "v"));
  assert.equal((mode ?? 0) & 0o777, 0o755);
  container.remove();
});
