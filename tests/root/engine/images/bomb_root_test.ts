/**
 * Archives that are small and hold much. What they may hold is what the disk
 * takes: reading them needs no more memory, and leaves nothing on it.
 */
import assert from "node:assert/strict";
import { createGzip, createZstdCompress } from "node:zlib";
import { once } from "node:events";
import type { Transform } from "node:stream";
import { HostError } from "../../../../lib/base/errors.ts";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import { pathExists } from "../../../../lib/base/path_exists.ts";
import { importImage } from "../../../../lib/engine/images/import.ts";
import { loadImages } from "../../../../lib/engine/images/load.ts";
import { openImageFiles } from "../../../../lib/storage/archive/open_image_files.ts";
import { rootTest } from "../../../support/root.ts";
import { SmallDisk } from "../../../support/small_disk.ts";
import { header } from "../../../support/tar_builder.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const MIB = 1024 * 1024;
const DISK_BYTES = 8 * MIB;
const BOMB_BYTES = 200 * MIB;
const MAX_GROWTH_BYTES = 150 * MIB;

/** Packs an archive whose only file is one byte, again and again. */
async function pack(
  path: string,
  name: string,
  packer: Transform,
): Promise<void> {
  const file = await Deno.open(path, { write: true, create: true });
  const written = packer[Symbol.asyncIterator]();
  const pieces = (async () => {
    for (
      let next = await written.next();
      !next.done;
      next = await written.next()
    ) {
      await file.write(next.value);
    }
    file.close();
  })();
  packer.write(header({ name, size: BOMB_BYTES }));
  // Of zeros, holes would be made.
  const piece = new Uint8Array(MIB).fill(7);
  for (let count = BOMB_BYTES / MIB; count > 0; count--) {
    if (!packer.write(piece)) await once(packer, "drain");
  }
  packer.end(new Uint8Array(1024));
  await pieces;
}

function namesIn(directory: string): string[] {
  return pathExists(directory)
    ? [...Deno.readDirSync(directory)].map(({ name }) => name)
    : [];
}

const PACKERS = { gzip: createGzip, zstd: createZstdCompress } as const;

for (const [kind, create] of Object.entries(PACKERS)) {
  for (const name of ["bomb", "blobs/sha256/bomb"]) {
    const command = name === "bomb" ? "importImage" : "loadImages";
    rootTest(
      `${command}() of a ${kind} bomb ends with the disk, in little memory`,
      async () => {
        using place = new TemporaryDirectory();
        const path = `${place.path}/x.tar`;
        await pack(path, name, create());
        using _disk = new SmallDisk(`${place.path}/disk`, DISK_BYTES);
        const root = `${place.path}/disk/root`;
        const paths = hostPaths({ root, runRoot: `${root}/run` });
        const before = Deno.memoryUsage().rss;
        await assert.rejects(
          async () => {
            if (command === "importImage") {
              await importImage({ paths }, {
                origin: { kind: "file", path },
                platform: { os: "linux", architecture: "amd64" },
                message: "",
                changes: [],
              });
            } else {
              using files = await openImageFiles(paths, { kind: "file", path });
              await loadImages(paths, files);
            }
          },
          (error: Error) => {
            assert.ok(error instanceof HostError, String(error));
            assert.match(error.message, /ENOSPC/);
            return true;
          },
        );
        const grown = Deno.memoryUsage().rss - before;
        assert.ok(grown < MAX_GROWTH_BYTES, `${grown} bytes more memory`);
        for (const directory of [`${root}/blobs/sha256`, `${root}/layers`]) {
          assert.deepEqual(namesIn(directory), []);
        }
      },
    );
  }
}
