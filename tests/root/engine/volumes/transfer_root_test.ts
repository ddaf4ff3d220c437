/**
 * Volumes as archives, and archives that mean harm.
 *
 * @module
 */
import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_CREAT,
  O_WRONLY,
} from "../../../../ffi/constants/fcntl.ts";
import { createVolume } from "../../../../lib/engine/volumes/create_volume.ts";
import {
  exportVolume,
  importVolume,
} from "../../../../lib/engine/volumes/transfer.ts";
import { volumeDataPath } from "../../../../lib/storage/volume_path.ts";
import { listVolumeNames } from "../../../../lib/storage/volume_store.ts";
import { namesIn } from "../../../support/cli.ts";
import { type EngineRoots, engineTest } from "../../../support/engine.ts";
import {
  archive,
  directory,
  file,
  hardlink,
  symlink,
} from "../../../support/tar_builder.ts";

function exportTo({ engine }: EngineRoots, name: string, path: string): void {
  using output = openat(AT_FDCWD, path, O_WRONLY | O_CREAT, 0o600);
  exportVolume(engine, name, output.number);
}

async function importBytes(
  { engine, directory }: EngineRoots,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const path = `${directory}/archive.tar`;
  await Deno.writeFile(path, bytes);
  await importVolume(engine, name, { kind: "file", path });
}

engineTest(
  "importVolume() makes again what exportVolume() has written",
  async (roots) => {
    const { paths, engine } = roots;
    await createVolume(paths, { name: "v", driver: "local", labels: [] });
    const data = volumeDataPath(paths, "v");
    await Deno.mkdir(`${data}/d`);
    await Deno.writeTextFile(`${data}/d/f`, "content");
    await Deno.link(`${data}/d/f`, `${data}/same`);
    await Deno.symlink("/nowhere", `${data}/link`);
    await Deno.chown(`${data}/d/f`, 5, 6);
    await Deno.chown(data, 7, 8);
    await Deno.chmod(data, 0o2770);
    const path = `${roots.directory}/v.tar`;
    exportTo(roots, "v", path);
    await importVolume(engine, "w", { kind: "file", path });
    exportTo(roots, "w", `${path}.again`);
    assert.deepEqual(
      await Deno.readFile(path),
      await Deno.readFile(`${path}.again`),
    );
    const top = await Deno.stat(volumeDataPath(paths, "w"));
    assert.deepEqual([top.uid, top.gid, (top.mode ?? 0) & 0o7777], [
      7,
      8,
      0o2770,
    ]);
  },
);

engineTest(
  "importVolume() puts files beside and in place of others",
  async (roots) => {
    const { paths } = roots;
    await importBytes(roots, "v", archive(file("a", "1"), file("b", "1")));
    await importBytes(roots, "v", archive(file("b", "2"), directory("c")));
    const data = volumeDataPath(paths, "v");
    assert.deepEqual(
      await namesIn(data),
      [
        "a",
        "b",
        "c",
      ],
    );
    assert.equal(await Deno.readTextFile(`${data}/b`), "2");
  },
);

engineTest(
  "importVolume() contains hostile archives, and makes nothing of them",
  async (roots) => {
    const { paths } = roots;
    const outside = `${roots.directory}/outside`;
    await Deno.mkdir(outside);
    const hostile = [
      archive(file("../../outside/f", "x")),
      archive(symlink("l", outside), file("l/f", "x")),
      archive(hardlink("h", "../../volume.json")),
      archive(file("f", "x")).subarray(0, 600),
      new TextEncoder().encode("no archive"),
    ];
    for (const [index, bytes] of hostile.entries()) {
      await assert.rejects(
        importBytes(roots, "v", bytes),
        { name: "IntegrityError" },
        `${index}`,
      );
      assert.deepEqual(listVolumeNames(paths), [], `${index}`);
      assert.deepEqual(await namesIn(paths.volumes), [], `${index}`);
    }
    // What leads above the volume ends at its top, as in a container.
    const links = archive(symlink("l", "../../.."), file("l/outside/f", "x"));
    await importBytes(roots, "v", links);
    const inside = `${volumeDataPath(paths, "v")}/outside/f`;
    assert.equal(await Deno.readTextFile(inside), "x");
    assert.deepEqual(await namesIn(outside), []);
  },
);

engineTest(
  "exportVolume() and importVolume() tell what is missing",
  async (roots) => {
    const { engine } = roots;
    assert.throws(() => exportVolume(engine, "v", 1), {
      name: "NotFoundError",
      message: "get v: no such volume",
    });
    const path = `${roots.directory}/none.tar`;
    await assert.rejects(importVolume(engine, "v", { kind: "file", path }));
    await assert.rejects(importVolume(engine, "../v", { kind: "stdin" }), {
      name: "UsageError",
    });
    assert.deepEqual(listVolumeNames(engine.paths), []);
  },
);
