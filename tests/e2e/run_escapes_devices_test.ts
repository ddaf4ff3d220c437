/**
 * Ways out by device nodes, whoever brings or makes them: the host's disk is
 * opened for reading at most.
 *
 * @module
 */
import assert from "node:assert/strict";
import { forEachLauncher, IMAGE, type Place } from "../support/cli.ts";
import {
  ATTACKER,
  attackImage,
  attackOnHost,
  attackTest,
  attemptsOf,
  hostileArchive,
} from "../support/escapes.ts";

/** Major and minor of the host's first disk. */
function disk(): readonly [major: string, minor: string] {
  const text = Deno.readTextFileSync("/proc/partitions");
  const [major, minor] = text.split("\n")[2]?.trim().split(/\s+/) ?? [];
  assert.ok(major !== undefined && minor !== undefined, text);
  return [major, minor];
}

/** Makes a node of it on the host. */
async function makeDisk(path: string): Promise<void> {
  await makeNode(path, "b", ...disk());
}

async function makeNode(path: string, ...words: string[]): Promise<void> {
  const { success } = await new Deno.Command("mknod", {
    args: ["-m", "666", path, ...words],
  }).output();
  assert.ok(success, path);
}

/** An image with the hostile program and nodes of the host's devices. */
async function deviceImage(place: Place): Promise<string> {
  const program = await Deno.readFile(await attackOnHost(place));
  return await hostileArchive(place, async (root) => {
    await Deno.writeFile(`${root}${ATTACKER}`, program, { mode: 0o755 });
    await Deno.mkdir(`${root}/dev2`);
    for (const path of ["dev2/disk", "etc/disk", "dev/disk", "disk"]) {
      await makeDisk(`${root}/${path}`);
    }
    await makeNode(`${root}/dev2/mem`, "c", "1", "1");
    await makeNode(`${root}/dev2/kmsg`, "c", "1", "11");
    await makeNode(`${root}/dev2/ptmx`, "c", "5", "2");
    await makeNode(`${root}/dev2/console`, "c", "5", "1");
  });
}

attackTest("run opens no device that an image brings", async (place) => {
  const image = await deviceImage(place);
  const paths = ["dev2/disk", "etc/disk", "disk", "dev2/mem", "dev2/kmsg"];
  const script = `cd /; ls /dev/disk 2>/dev/null
    for p in ${paths.join(" ")} dev2/console; do ${ATTACKER} open $p r; done
    ln etc/disk linked; mv disk moved; cp -a dev2/disk copied
    chmod 777 linked; chown 1000 moved; ln -s dev2/disk pointed
    for p in linked moved copied pointed; do ${ATTACKER} open $p r; done`;
  const results = Array.from({ length: 10 }, () => ["open", "EPERM"]);
  for (const flags of [[], ["--security-opt", "seccomp=unconfined"]]) {
    const outcome = await place.run(
      "--rm",
      ...flags,
      image,
      "sh",
      "-c",
      script,
    );
    assert.equal(outcome.stderr, "");
    assert.deepEqual(attemptsOf(outcome), results);
  }
});

attackTest("run opens no device that a volume has", async (place) => {
  const image = await attackImage(place);
  const volume = `${place.work}/volume`;
  await Deno.mkdir(volume);
  await makeDisk(`${volume}/disk`);
  for (const flags of [[], ["-u", "1000"], ["--read-only"]]) {
    const outcome = await place.run(
      ...["--rm", ...flags, "-v", `${volume}:/volume`, "-v"],
      ...[`${volume}/disk:/dev/disk`, image, "sh", "-c"],
      `${ATTACKER} open /volume/disk r; ${ATTACKER} open /dev/disk r`,
    );
    const refused = [["open", "EPERM"], ["open", "EPERM"]];
    assert.deepEqual(attemptsOf(outcome), refused);
  }
});

attackTest("run opens no device that the container makes", async (place) => {
  const image = await attackImage(place);
  const script = `
    for d in / /tmp /dev /dev/shm /run; do
      ${ATTACKER} mknod $d/disk b ${disk().join(" ")}
      ${ATTACKER} open $d/disk r; ${ATTACKER} open $d/disk w
    done`;
  const outcome = await place.run("--rm", image, "sh", "-c", script);
  const opened = attemptsOf(outcome).filter(([name]) => name === "open");
  assert.equal(opened.length, 10);
  for (const [, result] of opened) {
    // EACCES where the file system is mounted with nodev.
    assert.match(result, /^(EPERM|EACCES)$/);
  }
  const user = await place.run("-u", "7", "--rm", image, "sh", "-c", script);
  const made = attemptsOf(user).filter(([name]) => name === "mknod");
  for (const [, result] of made) assert.match(result, /^(EPERM|EACCES)$/);
});

attackTest("run has no device of the host's in /dev", async (place) => {
  const image = await attackImage(place);
  const outcome = await place.run(
    ...["--rm", image, "sh", "-c"],
    "find /dev -type b -o -type c | sort",
  );
  assert.deepEqual(outcome.stdout.trim().split("\n"), [
    ...["full", "null", "pts/ptmx", "random", "tty", "urandom", "zero"]
      .map((name) => `/dev/${name}`),
  ]);
});

forEachLauncher(
  "run lets nobody have a loop device or a network device by mknod",
  async (place) => {
    const script = `cd /tmp; mknod loop b 7 0; mknod control c 10 237
      mknod tun c 10 200; mknod fuse c 10 229; mknod vsock c 10 241
      for f in loop control tun fuse vsock; do
        (exec 3<>$f) 2>&1 | grep -v "not permitted"; done; echo end`;
    const outcome = await place.run("--rm", IMAGE, "sh", "-c", script);
    assert.deepEqual(outcome, { code: 0, stdout: "end\n", stderr: "" });
  },
);
