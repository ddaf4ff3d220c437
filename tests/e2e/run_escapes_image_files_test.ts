/**
 * What tsdocker itself reads of an image, where that is no plain file, and
 * removes of a container.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, forEachLauncher } from "../support/cli.ts";
import {
  assertRefused,
  attack,
  attackTest,
  Canary,
  hostileImage,
} from "../support/escapes.ts";

for (const [what, make] of Object.entries(unreadable())) {
  forEachLauncher(
    `run -u finds no user in an /etc/passwd that is ${what}`,
    async (place) => {
      const canary = await Canary.make(place);
      const image = await hostileImage(place, async (root) => {
        await Deno.remove(`${root}/etc/passwd`);
        await make(`${root}/etc/passwd`, canary);
      });
      const named = await place.run("--rm", "-u", "only", image, "id");
      assertRefused(named, /unable to find user only: no matching entries/);
      const numbered = await place.run(
        ...["--rm", "-u", "7:8", image, "grep", "^Uid", "/proc/self/status"],
      );
      assertPrints(numbered, "Uid:\t7\t7\t7\t7\n");
      await canary.assertUntouched();
    },
  );

  forEachLauncher(
    `run does not execute a program that is ${what}`,
    async (place) => {
      const canary = await Canary.make(place);
      const image = await hostileImage(
        place,
        (root) => make(`${root}/x`, canary),
      );
      const outcome = await place.run("--rm", image, "/x");
      canary.assertUnseen(outcome);
      assert.match(outcome.stderr, /^tsdocker: exec "\/x": [^\n]+\n/);
      assert.ok(outcome.code === 126 || outcome.code === 127);
    },
  );
}

attackTest("run --rm removes what is too deep for a path", async (place) => {
  assert.deepEqual(await attack(place, [], ["bury", "3000"]), [["bury", "ok"]]);
  assert.deepEqual(await place.containers(), []);
});

function unreadable(): Record<
  string,
  (path: string, canary: Canary) => Promise<void>
> {
  const node = (...words: string[]) => async (path: string): Promise<void> => {
    const { success } = await new Deno.Command("mknod", {
      args: [path, ...words],
    }).output();
    assert.ok(success);
  };
  return {
    "a FIFO": node("p"),
    "an endless device": node("c", "1", "5"),
    "a link to the host": (path, canary) => Deno.symlink(canary.secret, path),
    "a link to itself": (path) => Deno.symlink("passwd", path),
    "a directory": (path) => Deno.mkdir(path),
  };
}
