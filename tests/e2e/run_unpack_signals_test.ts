/**
 * Ctrl-C while `run` still unpacks: there is no container yet that it could be
 * meant for.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually, namesIn, type Place, placeTest } from "../support/cli.ts";
import { archive, file } from "../support/tar_builder.ts";

/** So many that unpacking takes far longer than ending may. */
const FILES = 20_000;
/** On a busy machine; alone it takes a tenth. */
const SOON_MS = 5000;

/** An archive that takes long to unpack, small as it is. */
async function longArchive({ work }: Place): Promise<string> {
  const names = Array.from({ length: FILES }, (_, at) => `files/${at}`);
  const path = `${work}/long.tar`;
  await Deno.writeFile(path, archive(...names.map((name) => file(name, ""))));
  return path;
}

/** Temporary trees of the store, and what is in the first directory of one. */
async function unpacked({ root }: Place): Promise<number | undefined> {
  const trees = (await namesIn(`${root}/layers`))
    .filter((name) => name.startsWith(".tmp-"));
  const [tree] = trees;
  if (tree === undefined) return undefined;
  const files = await namesIn(`${root}/layers/${tree}/files`).catch(() => []);
  return files.length === 0 ? undefined : files.length;
}

placeTest(
  "run can be interrupted while it unpacks an archive",
  async (place) => {
    const path = await longArchive(place);
    const running = place.start(["run", "--rm", path, "/none"]);
    await eventually("something is unpacked", () => unpacked(place));
    const sentMs = Date.now();
    running.kill("SIGINT");
    const SIGINT_STATUS = 130;
    assert.equal(await running.status(), SIGINT_STATUS);
    const tookMs = Date.now() - sentMs;
    assert.ok(tookMs < SOON_MS, `${tookMs} ms`);
    assert.deepEqual(await namesIn(`${place.root}/layers`), []);
    assert.deepEqual(await place.containers(), []);
  },
);
