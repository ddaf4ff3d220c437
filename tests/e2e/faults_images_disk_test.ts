/**
 * Images on disks that are full, or can only be read: what cannot be done is
 * refused in a line that says why, and nothing is left of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Outcome, type Place, placeTest } from "../support/cli.ts";
import { FAULT_ROUNDS } from "../support/faults.ts";
import {
  assertWhole,
  cleanUp,
  contentOf,
  makeFiles,
  succeed,
  unfinished,
  VICTIM,
} from "../support/image_faults.ts";
import { TestRegistry } from "../support/registry.ts";
import { addRegistryImage, largeLayer } from "../support/registry_image.ts";
import { readOnly, SmallDisk } from "../support/small_disk.ts";

const MIB = 1024 ** 2;
const DISK_BYTES = 64 * MIB;
/** For part of a layer; and more when there is time. */
const ROOMS = FAULT_ROUNDS < 50
  ? [1.5 * MIB]
  : [0, 24 * 1024, 1.5 * MIB, 3 * MIB, 6 * MIB];
const FULL = /: ENOSPC \(no space left on device\)|: No space left on device/;
const CHANGES = "dd if=/dev/zero bs=1M count=1 | tr '\\0' x >/large";

/** Commands that add the same image in different ways. */
async function additions(
  place: Place,
  host: string,
): Promise<readonly (readonly string[])[]> {
  const { directory, archive } = await makeFiles(place);
  const saved = `${place.work}/saved.tar`;
  await succeed(place, ["import", archive, VICTIM]);
  await succeed(place, ["save", "-o", saved, VICTIM]);
  await place.run("--name", "cc", archive, "sh", "-c", CHANGES);
  await succeed(place, ["image", "prune", "-a", "-f"]);
  return [
    ["import", archive, VICTIM],
    ["import", directory, VICTIM],
    ["load", "-i", saved],
    ["commit", "cc", VICTIM],
    ["pull", "-q", `${host}/app:1`],
  ];
}

/** Whatever has no name of its own; downloads wait for more room. */
async function halfDone(place: Place): Promise<string[]> {
  return (await unfinished(place))
    .filter((path) => !path.startsWith("blobs/.partial-"));
}

function assertRefused(outcome: Outcome, why: RegExp, what: string): void {
  const { code, stdout, stderr } = outcome;
  assert.deepEqual({ what, code, stdout }, { what, code: 1, stdout: "" });
  assert.match(stderr, why);
  assert.match(stderr, /^tsdocker: Cannot [^\n]*\n(?:\n?try: [^\n]*\n)?$/);
}

placeTest("a full disk takes no images, and no harm", async (place) => {
  using disk = new SmallDisk(place.root, DISK_BYTES);
  await using registry = new TestRegistry();
  const layers = [largeLayer("one", 1), largeLayer("two", 2)];
  await addRegistryImage(registry, "app:1", { layers });
  const commands = await additions(place, registry.host);
  const clean = await contentOf(place);
  for (const words of commands) {
    let failures = 0;
    for (const room of ROOMS) {
      const what = `${words.join(" ")}, ${room} bytes`;
      disk.fill(room);
      const outcome = await place.tsdocker(...words);
      if (outcome.code !== 0) {
        failures++;
        assertRefused(outcome, FULL, what);
        assert.deepEqual(await halfDone(place), [], what);
      }
      disk.free();
    }
    await assertWhole(place);
    assert.ok(failures > 0, words.join(" "));
    await succeed(place, words);
    await cleanUp(place, clean);
  }
  await succeed(place, ["rm", "cc"]);
});

placeTest("a disk that is read-only takes no images", async (place) => {
  await using registry = new TestRegistry();
  const layers = [largeLayer("one", 1)];
  await addRegistryImage(registry, "app:1", { layers });
  const commands = await additions(place, registry.host);
  await succeed(place, ["import", `${place.work}/files.tar`, "old"]);
  {
    using _closed = readOnly(place.root);
    const why = /read-only file system/i;
    const removals = [["rmi", "old"], ["tag", "old", "new"]];
    for (const words of [...commands, ...removals]) {
      assertRefused(await place.tsdocker(...words), why, words.join(" "));
    }
  }
  await assertWhole(place);
  await succeed(place, ["rm", "cc"]);
  await cleanUp(place, []);
});
