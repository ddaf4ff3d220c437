/**
 * Ways out by a directory that is open: the working directory, magic links of
 * /proc, descriptors of the host that leaked.
 *
 * @module
 */
import assert from "node:assert/strict";
import { forEachLauncher, IMAGE } from "../support/cli.ts";
import {
  assertRefused,
  ATTACKER,
  attackImage,
  attackTest,
  attemptsOf,
  Canary,
  hostileImage,
  inTurns,
  plantLink,
} from "../support/escapes.ts";
import { Terminal } from "../support/terminal.ts";

// CVE-2024-21626: a directory of the host that is open is the way out.

forEachLauncher(
  "run -w /proc/self/fd/N starts nowhere, whatever N",
  async (place) => {
    const numbers = Array.from({ length: 38 }, (_, index) => index + 3);
    const outcomes = await inTurns(
      numbers,
      (number) =>
        place.run("--rm", "-w", `/proc/self/fd/${number}`, IMAGE, "ls"),
    );
    for (const outcome of outcomes) {
      assertRefused(outcome, /Cannot change to the working directory/);
    }
  },
);

forEachLauncher(
  "run -w of what /proc links to starts nowhere",
  async (place) => {
    const links = [
      "/proc/1/cwd",
      "/proc/1/root",
      "/proc/self/root/proc/self/fd/7",
      "/proc/thread-self/cwd/bin",
      "/proc/self/task/1/root",
    ];
    for (
      const outcome of await inTurns(
        links,
        (link) => place.run("--rm", "-w", link, IMAGE, "ls"),
      )
    ) {
      assertRefused(outcome, /Cannot change to the working directory/);
    }
  },
);

forEachLauncher(
  "run -w of a link of the image starts inside or nowhere",
  async (place) => {
    const canary = await Canary.make(place);
    const image = await hostileImage(place, async (root) => {
      await plantLink(root, "/fd", "/proc/self/fd/7");
      await plantLink(root, "/up", "../../../../../../../..");
      await plantLink(root, "/out", canary.directory);
    });
    const fd = await place.run("--rm", "-w", "/fd", image, "pwd");
    assertRefused(fd, /Cannot change to the working directory/);
    const up = await place.run("--rm", "-w", "/up", image, "ls", "bin/busybox");
    assert.deepEqual([up.code, up.stdout], [0, "bin/busybox\n"]);
    // The directory is made, inside, as for any that the image lacks.
    const out = await place.run("--rm", "-w", "/out", image, "ls", "-a");
    assert.deepEqual([out.code, out.stdout], [0, ".\n..\n"]);
    await canary.assertUntouched();
  },
);

forEachLauncher(
  "run --pid host does not start in a directory of the host",
  async (place) => {
    const canary = await Canary.make(place);
    await using holder = holdDirectory(canary.directory);
    const image = await hostileImage(place, async (root) => {
      await plantLink(root, "/work", `/proc/${holder.pid}/cwd`);
    });
    for (
      const [words, path] of [
        [IMAGE, `/proc/${holder.pid}/root`],
        [IMAGE, `/proc/${holder.pid}/cwd`],
        [image, "/work"],
      ] as const
    ) {
      const outcome = await place.run(
        ...["--rm", "--pid", "host", "-w", path, words, "cat", "secret"],
      );
      canary.assertUnseen(outcome);
      assertRefused(outcome, /Cannot change to the working directory/);
    }
  },
);

for (const flags of [[], ["-i"], ["--init"], ["-i", "--init"]]) {
  attackTest(
    `run ${flags.join(" ")} leaks none of its caller's descriptors`,
    async (place) => {
      const canary = await Canary.make(place);
      const image = await attackImage(place);
      const outcome = await place.tsdockerWith({
        stdin: "",
        wrapper: [
          ...["sh", "-c", 'exec 7<"$0" 8<"$1" 9<&0; shift; exec "$@"'],
          ...[canary.secret, canary.directory],
        ],
      }, ["run", "--rm", ...flags, image, ATTACKER, "descriptors"]);
      const found = attemptsOf(outcome);
      assert.deepEqual(found.map(([fd]) => fd), ["0", "1", "2"]);
      for (const [, target] of found) {
        assert.match(target, /^(pipe:\[\d+\]|\/dev\/null)$/);
      }
    },
  );
}

for (const flags of [["-t"], ["-t", "-i", "--init"]]) {
  attackTest(
    `run ${flags.join(" ")} leaks none but its own terminal`,
    async (place) => {
      const image = await attackImage(place);
      const script = `${ATTACKER} descriptors; for fd in /proc/1/fd/*; do ` +
        `readlink $fd; done; echo done`;
      using terminal = Terminal.tsdocker(place, [
        ...["run", "--rm", ...flags, image, "sh", "-c", script],
      ]);
      const shown = terminal.expect(/done\r+\n/).trim().split(/\r+\n/);
      assert.equal(terminal.status(), 0);
      const first = [0, 1, 2].map((fd) => `${fd} /dev/pts/0`);
      assert.deepEqual(shown.slice(0, 3), first);
      const others = new Set(shown.slice(3, -1));
      // The shell reads the directory that it looks into.
      others.delete("/proc/1/fd");
      assert.deepEqual([...others], ["/dev/pts/0"]);
    },
  );
}

/** A process of the host with a working directory. */
function holdDirectory(
  cwd: string,
): AsyncDisposable & { readonly pid: number } {
  const child = new Deno.Command("cat", { cwd, stdin: "piped", stdout: "null" })
    .spawn();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose](): Promise<void> {
      await child.stdin.close();
      await child.status;
    },
  };
}
