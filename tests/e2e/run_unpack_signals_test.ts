/**
 * Ctrl-C while `run` still unpacks: there is no container yet that it could be
 * meant for.
 *
 * @module
 */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import {
  eventually,
  namesIn,
  type Place,
  placeTest,
  type Running,
} from "../support/cli.ts";
import {
  blobsOf,
  descriptorOf,
  makeImage,
  ociLayout,
} from "../support/image_archives.ts";
import { archive, file } from "../support/tar_builder.ts";

/** So many that unpacking takes far longer than ending may. */
const FILES = 20_000;
/** On a busy machine; alone it takes a tenth. */
const SOON_MS = 5000;

/** An archive that takes long to unpack, small as it is. */
const LONG = archive(
  ...Array.from({ length: FILES }, (_, at) => file(`files/${at}`, "")),
);
/** Nobody gets to its end. */
const BEGINNING = Math.trunc(LONG.length * 3 / 4 / 512) * 512;

/** Temporary trees of the store, and what is in the first directory of one. */
async function unpacked({ root }: Place): Promise<number | undefined> {
  const trees = (await namesIn(`${root}/layers`))
    .filter((name) => name.startsWith(".tmp-"));
  const [tree] = trees;
  if (tree === undefined) return undefined;
  const files = await namesIn(`${root}/layers/${tree}/files`).catch(() => []);
  return files.length === 0 ? undefined : files.length;
}

/** An image that takes long, and how `run` is started with it. */
interface LongImage {
  readonly what: string;
  start(place: Place): Promise<Running>;
}

const IMAGES: readonly LongImage[] = [
  {
    what: "an archive",
    async start(place): Promise<Running> {
      await Deno.writeFile(`${place.work}/long.tar`, LONG);
      return place.start(["run", "--rm", "./long.tar", "/none"]);
    },
  },
  {
    what: "what comes on stdin",
    // deno-lint-ignore require-await -- as the others
    async start(place): Promise<Running> {
      const running = place.start(["run", "--rm", "-", "/none"], { stdin: "" });
      // It waits for the rest when all of this has been unpacked.
      running.write(LONG.slice(0, BEGINNING));
      return running;
    },
  },
  {
    what: "a directory of OCI",
    async start(place): Promise<Running> {
      const image = await makeImage([LONG]);
      const layout = ociLayout(await blobsOf(image), [descriptorOf(image)]);
      for (const [name, content] of Object.entries(layout)) {
        const path = `${place.work}/oci/${name}`;
        await Deno.mkdir(dirname(path), { recursive: true });
        await Deno.writeFile(path, Uint8Array.from(content as Uint8Array));
      }
      return place.start(["run", "--rm", "oci:oci", "/none"]);
    },
  },
];

for (const { what, start } of IMAGES) {
  placeTest(
    `run can be interrupted while it unpacks ${what}`,
    async (place) => {
      const running = await start(place);
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
}
