/**
 * Ways out by device nodes, whoever brings or makes them: the host's disk is
 * opened for reading at most.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Place } from "../support/cli.ts";
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

/** Devices that root on the host can open, as far as there are any. */
const DEVICES: Readonly<Record<string, readonly string[]>> = {
  loop: ["b", "7", "0"],
  control: ["c", "10", "237"],
  kmsg: ["c", "1", "11"],
  mem: ["c", "1", "1"],
  fuse: ["c", "10", "229"],
  tun: ["c", "10", "200"],
  console: ["c", "5", "1"],
  tty0: ["c", "4", "0"],
};

/** An image with the hostile program and nodes of the host's devices. */
async function deviceImage(place: Place): Promise<string> {
  const program = await Deno.readFile(await attackOnHost(place));
  return await hostileArchive(place, async (root) => {
    await Deno.writeFile(`${root}${ATTACKER}`, program, { mode: 0o755 });
    await Deno.mkdir(`${root}/dev2`);
    for (const path of ["dev2/disk", "etc/disk", "dev/disk", "disk"]) {
      await makeDisk(`${root}/${path}`);
    }
    for (const [name, words] of Object.entries(DEVICES)) {
      await makeNode(`${root}/dev2/${name}`, ...words);
    }
  });
}

attackTest("run opens no device that an image brings", async (place) => {
  const image = await deviceImage(place);
  const script = `cd /; ls /dev/disk 2>/dev/null
    for p in dev2/* etc/disk disk; do ${ATTACKER} open $p r; done
    ln dev2/loop linked; mv disk moved; cp -a dev2/loop copied
    chmod 777 linked; chown 1000 moved; ln -s dev2/loop pointed
    for p in linked moved copied pointed; do ${ATTACKER} open $p r; done`;
  const count = Object.keys(DEVICES).length + 7;
  const results = Array.from({ length: count }, () => ["open", "EPERM"]);
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
  const nodes = [["b", ...disk()], ...Object.values(DEVICES)];
  const script = nodes.map((words) => `
    for d in / /tmp /dev /dev/shm /run; do
      ${ATTACKER} mknod $d/node ${words.join(" ")}
      ${ATTACKER} open $d/node r; ${ATTACKER} open $d/node w; rm -f $d/node
    done`).join("");
  const outcome = await place.run("--rm", image, "sh", "-c", script);
  const opened = attemptsOf(outcome).filter(([name]) => name === "open");
  assert.equal(opened.length, 10 * nodes.length);
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

attackTest(
  "run --cgroups disabled opens no device, although nothing judges that",
  async (place) => {
    const image = await deviceImage(place);
    const volume = `${place.work}/volume`;
    await Deno.mkdir(volume);
    await makeNode(`${volume}/loop`, "b", "7", "0");
    const flags = ["--cgroups", "disabled", "-v", `${volume}:/volume`];
    const outcome = await place.run(
      ...["--rm", ...flags, "-v", `${volume}/loop:/one`, image, "sh", "-c"],
      `for p in /dev2/* /volume/loop /one; do ${ATTACKER} open $p r; done
       for d in / /tmp /dev /dev/shm; do
         ${ATTACKER} mknod $d/node b 7 0; ${ATTACKER} open $d/node r
       done
       ${ATTACKER} open /dev/null rw`,
    );
    const found = attemptsOf(outcome).map(([, result]) => result);
    assert.equal(found.pop(), "ok");
    assert.equal(found.length, Object.keys(DEVICES).length + 11);
    for (const result of found) {
      assert.match(result, /^(EACCES|EPERM|ENOENT)$/);
    }
  },
);
