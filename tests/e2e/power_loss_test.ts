/**
 * What nobody can make again is on the disk when it gets its name: after a loss
 * of power, no record is an empty file. Strace(1) sees the order.
 *
 * @module
 * @see fsync(2)
 */
import assert from "node:assert/strict";
import { type Place, placeTest } from "../support/cli.ts";
import { isInstalled } from "../support/images.ts";

const CALLS = "fsync,rename,renameat2,link,linkat";

/** What has been given a name, by what its path has in it. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [/renameat2\(.*"\.tmp-[^"]*", [^"]*"files"/, "volume"],
  [/linkat\(.*\/\.new-.*\/networks\//, "network"],
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
  [["volume", "create", "files"], "SYNC, volume"],
  [["network", "create", "--subnet", "10.9.0.0/24", "net"], "SYNC, network"],
];

if (await isInstalled("strace")) {
  placeTest("what gets its name is on the disk", async (place) => {
    for (const [words, expected] of COMMANDS) {
      assert.equal(await order(place, words), expected, words.join(" "));
    }
  });
} else {
  Deno.test.ignore("what gets its name (skipped: no strace)", () => {});
}
