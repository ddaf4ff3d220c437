/**
 * `--device`, `--device-cgroup-rule` and `--privileged`: which devices of the
 * host a container can use, and how.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, forEachLauncher, IMAGE } from "../support/cli.ts";
import {
  ATTACKER,
  attackImage,
  attackTest,
  attemptsOf,
} from "../support/escapes.ts";

/** Devices that a test can look for, if the host has them. */
const DEVICES = ["/dev/kmsg", "/dev/loop0", "/dev/fuse", "/dev/net/tun"]
  .filter((path) => {
    try {
      Deno.openSync(path).close();
      return true;
    } catch {
      return false;
    }
  });

attackTest(
  "run --privileged has the host's devices and settings",
  async (place) => {
    const image = await attackImage(place);
    const outcome = await place.run(
      ...["--rm", "--privileged", image, "sh", "-c"],
      "grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status | tr -d '\\t'; " +
        `for d in ${DEVICES.join(" ")}; do ${ATTACKER} open $d r; done; ` +
        `${ATTACKER} open /proc/sys/kernel/core_pattern w; ` +
        `${ATTACKER} open /sys/kernel/uevent_seqnum r; ` +
        "grep -cE ' (/proc/.*|/sys/firmware) ' /proc/mounts; " +
        "grep -E ' /sys(/fs/cgroup.*)? ' /proc/mounts | cut -d' ' -f4 | " +
        "cut -d, -f1 | sort -u; " +
        "for c in $(find /sys/fs/cgroup -name cgroup.procs); do " +
        "mkdir ${c%/*}/nested && rmdir ${c%/*}/nested && echo nested; done | " +
        "uniq",
    );
    assert.equal(outcome.stderr, "");
    assert.deepEqual(outcome.stdout.trim().split("\n"), [
      ...["NoNewPrivs:0", "Seccomp:0", ...DEVICES.map(() => "open ok")],
      ...["open ok", "open ok", "0", "rw", "nested"],
    ]);
  },
);

/** A character device that can be opened for reading and for writing. */
const DEVICE = DEVICES.find((path) => /fuse|tun/.test(path)) ?? "/dev/null";

/** Its numbers, as mknod(1) wants them. */
async function numbersOf(
  path: string,
): Promise<[major: string, minor: string]> {
  const rdev = (await Deno.stat(path)).rdev ?? 0;
  return [`${rdev >> 8 & 0xfff}`, `${rdev & 0xff}`];
}

attackTest("run --device gives exactly the access asked for", async (place) => {
  assert.notEqual(DEVICE, "/dev/null", "this host has no device to try");
  const [major, minor] = await numbersOf(DEVICE);
  const image = await attackImage(place);
  const tried = async (...flags: string[]): Promise<string> => {
    const outcome = await place.run(
      ...["--rm", ...flags, image, "sh", "-c"],
      `${ATTACKER} open /dev/it r; ${ATTACKER} open /dev/it w; ` +
        `${ATTACKER} mknod /other c ${major} ${minor}; ` +
        `${ATTACKER} open /other r`,
    );
    return attemptsOf(outcome).map(([, result]) => result).join(" ");
  };
  const device = (access: string): Promise<string> =>
    tried("--device", `${DEVICE}:/dev/it${access}`);
  // To make nodes is allowed for all devices, as in docker; not to open them.
  assert.equal(await device(""), "ok ok ok ok");
  assert.equal(await device(":rwm"), "ok ok ok ok");
  assert.equal(await device(":rw"), "ok ok ok ok");
  assert.equal(await device(":r"), "ok EPERM ok ok");
  assert.equal(await device(":w"), "EPERM ok ok EPERM");
  assert.equal(await device(":m"), "EPERM EPERM ok EPERM");
  assert.equal(await tried(), "ENOENT ENOENT ok EPERM");
  const rule = (text: string): Promise<string> =>
    tried("--device-cgroup-rule", text);
  assert.equal(await rule(`c ${major}:${minor} rwm`), "ENOENT ENOENT ok ok");
  assert.equal(await rule(`c ${major}:* r`), "ENOENT ENOENT ok ok");
  assert.equal(await rule(`c *:${minor} r`), "ENOENT ENOENT ok ok");
  assert.equal(await rule("a *:* rwm"), "ENOENT ENOENT ok ok");
  assert.equal(await rule(`c ${major}:* w`), "ENOENT ENOENT ok EPERM");
  assert.equal(await rule(`b ${major}:* rwm`), "ENOENT ENOENT ok EPERM");
  assert.equal(await rule(`c ${major}:9999 rwm`), "ENOENT ENOENT ok EPERM");
});

forEachLauncher("run --device has the host's mode and owner", async (place) => {
  const outcome = await place.run(
    ...["--rm", "--device", DEVICE, "--device", `${DEVICE}:/a/b/it:r`],
    ...[IMAGE, "stat", "-c", "%n %t:%T %a %u:%g", DEVICE, "/a/b/it"],
  );
  const { mode, uid, gid } = await Deno.stat(DEVICE);
  const [major, minor] = await numbersOf(DEVICE);
  const numbers = [major, minor].map((text) => Number(text).toString(16));
  const rest = `${numbers.join(":")} ${((mode ?? 0) & 0o777).toString(8)} ` +
    `${uid}:${gid}`;
  assertPrints(outcome, `${DEVICE} ${rest}\n/a/b/it ${rest}\n`);
});

forEachLauncher("run --device gives a directory of devices", async (place) => {
  const { stdout } = await place.run(
    ...["--rm", "--device", "/dev/net:/dev/networks", IMAGE, "sh", "-c"],
    "find /dev/networks -type c",
  );
  assert.equal(stdout, "/dev/networks/tun\n");
});
