/**
 * Files of /proc in disguise: an image or a volume has links in place of what an
 * engine binds, masks with or writes to.
 *
 * @module
 */
import assert from "node:assert/strict";
import { forEachLauncher, IMAGE } from "../support/cli.ts";
import {
  assertRefused,
  ATTACKER,
  attackImage,
  attackOnHost,
  attackTest,
  Canary,
  hostileImage,
  makeDirectory,
  plantLink,
} from "../support/escapes.ts";
import { Terminal } from "../support/terminal.ts";

// CVE-2025-31133, CVE-2025-52565, CVE-2025-52881: a file of /proc in disguise.

/** What an image or a volume puts in place of what an engine writes or binds. */
const DISGUISED: Readonly<Record<string, string>> = {
  "/null": "/proc/sys/kernel/core_pattern",
  "/zero": "/proc/sysrq-trigger",
  "/console": "/proc/sys/kernel/core_pattern",
  "/ptmx": "/proc/sys/kernel/core_pattern",
  "/pts/ptmx": "/proc/sys/kernel/core_pattern",
  "/pts/0": "/proc/sys/kernel/core_pattern",
  "/tty": "/proc/sysrq-trigger",
};

/** What is masked or read-only in a container, as far as this kernel has it. */
const MASKED = ["/proc/kcore", "/proc/keys", "/proc/timer_list"];
const READONLY = ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger"];

/** A script that looks at them, and what it has to see. */
function look(): { script: string; seen: string[] } {
  const isThere = (path: string): boolean => {
    try {
      Deno.lstatSync(path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  };
  const masked = MASKED.filter(isThere);
  const readonly = READONLY.filter(isThere);
  return {
    script: [
      ...masked.map((path) => `wc -c < ${path}`),
      ...readonly.map((path) => `${ATTACKER} open ${path} w`),
      "echo end",
    ].join("; "),
    seen: [
      ...masked.map(() => "0"),
      ...readonly.map(() => "open EROFS"),
      "end",
    ],
  };
}

async function disguise(directory: string): Promise<void> {
  for (const [name, target] of Object.entries(DISGUISED)) {
    await plantLink(directory, name, target);
  }
}

attackTest("run masks with nothing of an image's /dev", async (place) => {
  const { script, seen } = look();
  const before = await Deno.readTextFile("/proc/sys/kernel/core_pattern");
  const program = await Deno.readFile(await attackOnHost(place));
  const image = await hostileImage(place, async (root) => {
    await Deno.writeFile(`${root}${ATTACKER}`, program, { mode: 0o755 });
    await disguise(`${root}/dev`);
  });
  const plain = await place.run("--rm", image, "sh", "-c", script);
  assert.deepEqual(plain.stdout.trim().split("\n"), seen);
  using terminal = Terminal.tsdocker(place, [
    ...["run", "--rm", "-t", image, "sh", "-c", script],
  ]);
  const shown = terminal.expect(/end\r+\n/).trim().split(/\r+\n/);
  assert.deepEqual(shown, seen);
  assert.equal(terminal.status(), 0);
  const after = await Deno.readTextFile("/proc/sys/kernel/core_pattern");
  assert.equal(after, before);
});

attackTest("run masks with nothing of a volume on /dev", async (place) => {
  const { script, seen } = look();
  const before = await Deno.readTextFile("/proc/sys/kernel/core_pattern");
  const image = await attackImage(place);
  const dev = `${place.work}/dev`;
  await disguise(dev);
  const plain = await place.run(
    ...["--rm", "-v", `${dev}:/dev`, image, "sh", "-c", script],
  );
  assert.deepEqual(plain.stdout.trim().split("\n"), seen);
  using terminal = Terminal.tsdocker(place, [
    ...["run", "--rm", "-t", "-v", `${dev}:/dev`, image, "sh", "-c", script],
  ]);
  // It has no ptmx that could give a terminal.
  terminal.expect(/Cannot prepare the container: [^\n]*\/dev\/pts\/ptmx/);
  assert.equal(terminal.status(), 125);
  const after = await Deno.readTextFile("/proc/sys/kernel/core_pattern");
  assert.equal(after, before);
});

forEachLauncher(
  "run sets kernel parameters in no /proc but its own",
  async (place) => {
    const canary = await Canary.make(place);
    const volume = `${place.work}/proc`;
    for (
      const name of ["net/ipv4/ping_group_range", "kernel/msgmax", "attr/exec"]
    ) await plantLink(`${volume}/sys`, `/${name}`, canary.secret);
    const words = ["--sysctl", "kernel.msgmax=1000", IMAGE, "true"];
    for (const flags of [["-v", `${volume}:/proc`], ["--tmpfs", "/proc"]]) {
      const outcome = await place.run("--rm", ...flags, ...words);
      assertRefused(outcome, /on "\/proc": only a proc file system can be/);
    }
    for (const path of ["/proc/sys", "/proc/self/attr", "/proc/1/../sys"]) {
      const outcome = await place.run("-v", `${volume}:${path}`, ...words);
      assertRefused(
        outcome,
        /Cannot mount on "\/proc\/.*: it is inside \/proc/,
      );
    }
    await canary.assertUntouched();
  },
);

forEachLauncher(
  "run masks nothing of the host through a volume on /sys",
  async (place) => {
    const canary = await Canary.make(place);
    const volume = `${place.work}/sys`;
    await plantLink(volume, "/firmware", canary.directory);
    await plantLink(volume, "/devices/virtual/powercap", canary.secret);
    await plantLink(volume, "/fs/cgroup", canary.directory);
    const outcome = await place.run(
      ...["--rm", "-v", `${volume}:/sys`, IMAGE, "cat", canary.secret],
    );
    canary.assertUnseen(outcome);
    await canary.assertUntouched();
  },
);

forEachLauncher(
  "run -v below another volume inside /sys stays inside",
  async (place) => {
    const canary = await Canary.make(place);
    const data = await makeDirectory(`${place.work}/data`, { mine: "" });
    const volume = await makeDirectory(`${place.work}/debug`);
    await makeDirectory(`${canary.directory}/../target`);
    await plantLink(volume, "/link", `${canary.directory}/..`);
    const outcome = await place.run(
      ...[
        "--rm",
        "-v",
        `${volume}:/sys/fs`,
        "-v",
        `${data}:/sys/fs/link/target`,
      ],
      ...[IMAGE, "ls", "/sys/fs"],
    );
    await canary.assertUntouched();
    // The directory is there on the host alone.
    assertRefused(outcome, /Cannot start the container: .*ENOENT/);
  },
);
