/**
 * What gets its name is on the disk by then: after a loss of power, nothing
 * that seems whole is empty. Strace(1) sees the order.
 *
 * @module
 * @see syncfs(2), fsync(2)
 */
import assert from "node:assert/strict";
import { IMAGE, type Place, placeTest } from "../support/cli.ts";
import { isInstalled } from "../support/images.ts";

const CALLS = "syncfs,fsync,rename,renameat2,link,linkat";

/** What has been given a name, by what its path has in it. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [/renameat2\(.*"\.tmp-[^"]*", [^"]*"[0-9a-f]{64}/, "layer"],
  [/renameat2\(.*"\.tmp-[^"]*", [^"]*"files"/, "volume"],
  [/rename\(.*"[^"]*\/manifests\/[0-9a-f]{64}"/, "image"],
  [/rename\(.*"[^"]*\/references\/[^"]*"/, "name"],
  [/linkat\(.*"\/proc\/self\/fd/, "blob"],
  [/linkat\(.*\/\.new-.*\/networks\//, "network"],
  [/syncfs\(/, "SYNC ALL"],
  [/fsync\(\d+<[^>]*\/(?:networks|volumes)\//, "SYNC"],
];

/** What a command does, in order. */
async function order(place: Place, words: readonly string[]): Promise<string> {
  const { code, stderr } = await place.tsdockerWith({
    wrapper: ["strace", "-f", "-y", "-s", "300", "-o", "log", "-e", CALLS],
  }, words);
  assert.equal(code, 0, stderr);
  const log = await Deno.readTextFile(`${place.work}/log`);
  return log.split("\n").flatMap((line) =>
    / = 0$/.test(line)
      ? NAMED.find(([pattern]) => pattern.test(line))?.[1] ?? []
      : []
  ).join(", ");
}

const COMMANDS: readonly (readonly [readonly string[], string])[] = [
  [
    ["import", IMAGE, "one:1"],
    "blob, SYNC ALL, layer, blob, blob, SYNC ALL, image, name",
  ],
  [["volume", "create", "files"], "SYNC, volume"],
  [["network", "create", "--subnet", "10.9.0.0/24", "net"], "SYNC, network"],
  // What is there is not waited for again.
  [["run", "--rm", "one:1", "true"], ""],
];

if (await isInstalled("strace")) {
  placeTest("what gets its name is on the disk", async (place) => {
    for (const [words, expected] of COMMANDS) {
      assert.equal(await order(place, words), expected, words.join(" "));
    }
  });
  placeTest("what run unpacks is on the disk", async (place) => {
    const run = ["run", "--rm", IMAGE, "true"];
    assert.equal(await order(place, run), "SYNC ALL, layer");
    assert.equal(await order(place, run), "");
  });
} else {
  Deno.test.ignore("what gets its name (skipped: no strace)", () => {});
}
