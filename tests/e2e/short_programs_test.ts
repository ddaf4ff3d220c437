/**
 * What `run` and `exec` pass on of programs that end soon after their start.
 *
 * @module
 */
import assert from "node:assert/strict";
import { forEachLauncher, IMAGE } from "../support/cli.ts";
import { withContainer } from "../support/with_container.ts";

/** How long programs may take, to either side of the 10 ms of `first_moment.ts`. */
const ENDS = ["", "usleep 50000;"];

/** Who may be at the other end of stdout; the status goes to stderr. */
const READERS: Readonly<Record<string, { script: string; reads: RegExp }>> = {
  "somebody who has gone": {
    script: `{ "$@"; echo $? >&2; } | true`,
    reads: /^3$/m,
  },
  nobody: { script: `{ "$@"; echo $? >&2; } >&-`, reads: /^3$/m },
  "somebody slow, whose pipe is full": {
    script: `{ head -c 65536 /dev/zero; "$@"; echo $? >&2; } | ` +
      "{ sleep 0.5; tail -c 4 >&2; }",
    reads: /^3\nout\n$/m,
  },
  "somebody slow, whose pipe is almost full": {
    script: `{ head -c 65534 /dev/zero; "$@"; echo $? >&2; } | ` +
      "{ sleep 0.5; tail -c 4 >&2; }",
    reads: /^3\nout\n$/m,
  },
};

for (const words of [["run", "--rm", IMAGE], ["exec", "web"]]) {
  const [command] = words;
  forEachLauncher(
    `${command} passes all on that a short program writes`,
    async (place) => {
      await withContainer(place, async () => {
        for (const end of ENDS) {
          for (const length of [0, 1, 4096, 4097, 65_536, 65_537]) {
            const script = `head -c ${length} /dev/zero; echo err >&2; ${end}`;
            assert.deepEqual(
              await place.tsdocker(...words, "sh", "-c", `${script} exit 3`),
              { code: 3, stdout: "\0".repeat(length), stderr: "err\n" },
            );
          }
        }
      });
    },
  );

  for (const [reader, { script, reads }] of Object.entries(READERS)) {
    forEachLauncher(
      `${command} of a short program whose output goes to ${reader}`,
      async (place) => {
        await withContainer(place, async () => {
          for (const end of ENDS) {
            const { stderr } = await place.tsdockerWith(
              { wrapper: ["sh", "-c", script, "sh"] },
              [...words, "sh", "-c", `echo out; ${end} exit 3`],
            );
            assert.match(stderr, reads);
          }
        });
      },
    );
  }
}

for (const words of [["run", "--rm"], ["exec"]]) {
  const [command] = words;
  const target = command === "run" ? IMAGE : "web";
  forEachLauncher(
    `${command} passes on what is written to both streams in its order`,
    async (place) => {
      await withContainer(place, async () => {
        const script =
          "echo 1; usleep 3000; echo 2 >&2; usleep 3000; echo 3; " +
          "usleep 3000; echo 4 >&2; usleep 3000; echo 5";
        const written: string[] = [];
        // A machine that stands still for 3 ms makes two of them arrive at once.
        while (written.length < 10 && written.at(-1) !== "1\n2\n3\n4\n5\n") {
          const { stdout } = await place.tsdockerWith(
            { wrapper: ["sh", "-c", `exec "$@" 2>&1`, "sh"] },
            [...words, target, "sh", "-c", script],
          );
          written.push(stdout);
        }
        assert.equal(written.at(-1), "1\n2\n3\n4\n5\n");
      });
    },
  );

  forEachLauncher(
    `${command} -t passes on all that a short program writes`,
    async (place) => {
      await withContainer(place, async () => {
        for (let round = 0; round < 5; round++) {
          const { code, stdout } = await place.tsdocker(
            ...[...words, "-t", target, "head", "-c", "9000", "/dev/zero"],
          );
          assert.deepEqual([code, stdout.length], [0, 9000]);
        }
      });
    },
  );
}

forEachLauncher(
  "run and exec end with a short program, not with what it leaves behind",
  async (place) => {
    await withContainer(place, async () => {
      const left = ["sh", "-c", "echo out; sleep 1000 & exit 3"];
      const outcome = { code: 3, stdout: "out\n", stderr: "" };
      assert.deepEqual(await place.tsdocker("exec", "web", ...left), outcome);
      assert.deepEqual(
        await place.run("--rm", "--pid", "host", IMAGE, ...left),
        outcome,
      );
    });
  },
);
