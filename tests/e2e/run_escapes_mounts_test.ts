/**
 * Mounts led elsewhere by links of an image or of a volume, also by links that
 * change meanwhile. The attacks are those of known escapes from other engines;
 * each reaches for files of the host that must be as they were afterwards.
 *
 * @module
 */
import assert from "node:assert/strict";
import { forEachLauncher, IMAGE, namesIn } from "../support/cli.ts";
import {
  assertRefused,
  ATTACKER,
  attackImage,
  attackTest,
  Canary,
  hostileImage,
  inTurns,
  makeDirectory,
  plantLink,
} from "../support/escapes.ts";

// CVE-2021-30465, CVE-2023-27561, CVE-2019-19921: a mount led elsewhere.

/** Links of an image, and a volume's destination behind one. */
const DESTINATIONS: readonly (readonly [
  claim: string,
  link: (canary: string) => readonly [path: string, target: string],
  destination: string,
])[] = [
  ["an absolute link", (canary) => ["/data", canary], "/data"],
  ["a path through a link", (canary) => ["/data", canary], "/data/sub"],
  ["a missing path through one", (canary) => ["/data", canary], "/data/a/b"],
  ["a relative link", (canary) => ["/a/b", `../../../..${canary}`], "/a/b"],
  ["a dangling link", (canary) => ["/data", `${canary}/new`], "/data"],
  ["a dangling path", (canary) => ["/data", `${canary}/new/x`], "/data/y"],
  ["a file's link", (canary) => ["/data", `${canary}/secret`], "/data/x"],
  ["a link of /proc", () => ["/data", "/proc/self/cwd"], "/data"],
  ["a link by /proc", (canary) => ["/d", `/proc/self/root${canary}`], "/d/x"],
  ["a link up from /proc", () => ["/data", "/proc/self/root/.."], "/data/x"],
  ["a link to a process", (canary) => ["/d", `/proc/1/root${canary}`], "/d"],
  ["a link to itself", () => ["/data", "/data"], "/data"],
  ["a link to the root", () => ["/data", "/"], "/data"],
  ["a link above the root", () => ["/data", "../.."], "/data"],
];

forEachLauncher(
  "run -v on whatever link of the image stays inside",
  async (place) => {
    const canary = await Canary.make(place);
    const volume = await makeDirectory(`${place.work}/volume`, { mine: "" });
    await inTurns(DESTINATIONS, async ([claim, link, destination]) => {
      const image = await hostileImage(place, async (root) => {
        await plantLink(root, ...link(canary.directory));
      });
      const outcome = await place.run(
        ...["--rm", "-v", `${volume}:${destination}`, image, "sh", "-c"],
        `ls ${destination}/mine; cat ${canary.secret} ${destination}/secret`,
      );
      canary.assertUnseen(outcome);
      // A start is refused in words; else nothing but the volume is there.
      if (outcome.code === 125) assertRefused(outcome, /: Cannot /);
      else {
        const seen = outcome.stdout.trim();
        assert.ok([`${destination}/mine`, ""].includes(seen), claim);
      }
    });
    await canary.assertUntouched();
    assert.deepEqual(await namesIn(volume), ["mine"]);
  },
);

forEachLauncher("run -v on a link to the root is refused", async (place) => {
  const image = await hostileImage(place, async (root) => {
    await plantLink(root, "/data", "/");
  });
  // A volume that could be a root: then it would be the container's.
  const volume = `${place.work}/volume`;
  for (const name of ["proc", "sys", "dev", "bin", "etc"]) {
    await makeDirectory(`${volume}/${name}`);
  }
  await Deno.copyFile("/bin/busybox", `${volume}/bin/sh`).catch(() =>
    undefined
  );
  const outcome = await place.run(
    ...["--rm", "-v", `${volume}:/data`, image, "sh", "-c", "echo root"],
  );
  assertRefused(outcome, /Cannot /);
});

forEachLauncher("run --tmpfs on a link stays inside", async (place) => {
  const canary = await Canary.make(place);
  const image = await hostileImage(place, async (root) => {
    await plantLink(root, "/data", canary.directory);
    await plantLink(root, "/new", `${canary.directory}/new`);
  });
  const outcome = await place.run(
    ...["--rm", "--tmpfs", "/data", "--tmpfs", "/new/x", image],
    ...["sh", "-c", `touch /data/a /new/x/b; ls ${canary.directory}`],
  );
  assert.deepEqual(outcome, { code: 0, stdout: "a\nnew\n", stderr: "" });
  await canary.assertUntouched();
});

forEachLauncher(
  "run mounts its own files inside, whatever links the image has",
  async (place) => {
    const canary = await Canary.make(place);
    const image = await hostileImage(place, async (root) => {
      await plantLink(root, "/etc/hosts", canary.secret);
      await plantLink(root, "/etc/hostname", `${canary.directory}/new`);
      await plantLink(
        root,
        "/etc/resolv.conf",
        `../../..${canary.directory}/more/x`,
      );
    });
    const outcome = await place.run(
      ...["--rm", "-h", "here", image, "cat", "/etc/hosts", "/etc/hostname"],
    );
    canary.assertUnseen(outcome);
    assert.match(outcome.stdout, /^127\.0\.0\.1\tlocalhost\n(.*\n)*here\n$/);
    await canary.assertUntouched();
  },
);

/** What an engine mounts on, in an image of its enemy's. */
const MOUNT_POINTS = ["/proc", "/sys", "/dev", "/sys/fs", "/dev/pts", "/etc"];

forEachLauncher(
  "run is not led out by an image's own mount points",
  async (place) => {
    const canary = await Canary.make(place);
    const { directory } = canary;
    const links = MOUNT_POINTS.flatMap((path) =>
      [directory, `..${directory}/x`, "/"].map((target) => ({ path, target }))
    );
    await inTurns(links, async ({ path, target }) => {
      const image = await hostileImage(
        place,
        (root) => plantLink(root, path, target),
      );
      const outcome = await place.run("--rm", image, "cat", canary.secret);
      canary.assertUnseen(outcome);
      if (outcome.code === 125) assertRefused(outcome, /: Cannot /);
    });
    await canary.assertUntouched();
  },
);

forEachLauncher(
  "run refuses an image with a file where a mount point is",
  async (place) => {
    await inTurns(MOUNT_POINTS, async (path) => {
      const image = await hostileImage(place, async (root) => {
        // A link is what makes the directories above it.
        await plantLink(root, path, "/nowhere");
        await Deno.remove(`${root}${path}`);
        await Deno.writeTextFile(`${root}${path}`, "");
      });
      const outcome = await place.run("--rm", image, "true");
      // What lies on a mount of the container's own is never seen.
      if (/^\/(sys|dev)\/./.test(path)) assert.equal(outcome.code, 0, path);
      else assertRefused(outcome, /not a directory/);
    });
  },
);

attackTest(
  "run -v is not led out by a container that swaps its destination",
  async (place) => {
    const canary = await Canary.make(place);
    const shared = await makeDirectory(`${place.work}/shared`);
    const data = await makeDirectory(`${place.work}/data`, { mine: "" });
    await makeDirectory(`${shared}/dir/y`);
    await Deno.symlink(canary.directory, `${shared}/link`);
    const image = await attackImage(place);
    const swapper = place.start([
      ...["run", "--rm", "-i", "-v", `${shared}:/shared`, image, "sh", "-c"],
      `${ATTACKER} swap /shared/dir /shared/link & read line; kill $!`,
    ], { stdin: "" });
    assert.equal(await swapper.stdout.line(), "swapping");
    const starts = Array.from({ length: 50 }, () => undefined);
    const outcomes = await inTurns(starts, () =>
      place.run(
        ...["--rm", "-v", `${shared}:/shared`, "-v", `${data}:/shared/dir/y`],
        ...[IMAGE, "sh", "-c", `cat ${canary.secret} /shared/*/secret; true`],
      ));
    await swapper.closeStdin();
    assert.equal(await swapper.status(), 0);
    for (const outcome of outcomes) {
      canary.assertUnseen(outcome);
      if (outcome.code !== 0) assertRefused(outcome, /Cannot /);
    }
    await canary.assertUntouched();
    assert.deepEqual(await namesIn(data), ["mine"]);
  },
);
