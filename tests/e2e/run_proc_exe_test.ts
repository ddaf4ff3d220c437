/**
 * Images whose program leads to /proc/self/exe, which is the host's executable
 * for as long as tsdocker has not become the program (CVE-2019-5736).
 *
 * @module
 */
import assert from "node:assert/strict";
import { initProgram } from "../../ffi/init/init.ts";
import { buildAttack, missingCompiler } from "../support/attack.ts";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  type Outcome,
  type Place,
} from "../support/cli.ts";
import { unpackImage } from "../support/images.ts";

const LOADER = Deno.build.arch === "x86_64"
  ? "lib64/ld-linux-x86-64.so.2"
  : "lib/ld-linux-aarch64.so.1";
const REFUSED: Outcome = {
  code: 126,
  stdout: "",
  stderr: "tsdocker: the program leads to /proc/self/exe, " +
    "which is no part of the image\n",
};
const KILLED: Outcome = { code: 139, stdout: "", stderr: "" };
const LITTLE_ENDIAN = true;

/** Ways to come from a program of the image to /proc/self/exe. */
const TRICKS = ["direct", "chain", "script", "options", "interpreted"] as const;

/** A program of this machine that wants /proc/self/exe as its loader. */
function interpreted(): Uint8Array {
  const loader = "/proc/self/exe\0";
  const [HEADER, SEGMENT] = [64, 56];
  const bytes = new Uint8Array(HEADER + SEGMENT + loader.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, LITTLE_ENDIAN); // ET_EXEC
  view.setUint16(18, Deno.build.arch === "x86_64" ? 62 : 183, LITTLE_ENDIAN);
  view.setUint32(20, 1, LITTLE_ENDIAN);
  view.setUint32(32, HEADER, LITTLE_ENDIAN);
  view.setUint16(52, HEADER, LITTLE_ENDIAN);
  view.setUint16(54, SEGMENT, LITTLE_ENDIAN);
  view.setUint16(56, 1, LITTLE_ENDIAN);
  view.setUint32(HEADER, 3, LITTLE_ENDIAN); // PT_INTERP
  view.setUint32(HEADER + 8, HEADER + SEGMENT, LITTLE_ENDIAN);
  view.setUint32(HEADER + 32, loader.length, LITTLE_ENDIAN);
  view.setUint32(HEADER + 40, loader.length, LITTLE_ENDIAN);
  bytes.set(new TextEncoder().encode(loader), HEADER + SEGMENT);
  return bytes;
}

/**
 * An image with every trick. Its loader is the attack, so that the host's Deno
 * would run code of the image if it were executed.
 */
async function hostileImage(place: Place): Promise<string> {
  const image = `${place.directory}/image`;
  await Deno.mkdir(`${image}/${LOADER}`.replace(/\/[^/]*$/, ""), {
    recursive: true,
  });
  const attack = await buildAttack();
  await unpackImage(image, {
    [LOADER]: attack,
    "bin/attack": attack,
    "bin/script": "#!/proc/self/exe\n",
    "bin/options": "#!/bin/direct --\n",
    "bin/interpreted": interpreted(),
  });
  await Deno.symlink("/proc/self/exe", `${image}/bin/direct`);
  await Deno.symlink("direct", `${image}/bin/chain`);
  return image;
}

/** A runtime of one's own: a successful attack would ruin everybody's. */
async function runWith(place: Place, ...words: string[]): Promise<Outcome> {
  return await place.tsdockerWith(
    { env: ownRuntime(place) },
    ["run", "--rm", ...words],
  );
}

function ownRuntime(place: Place): Record<string, string> {
  return { TSDOCKER_RUNTIME_DIR: `${place.directory}/runtime` };
}

/** The host's file that is in danger, found by a container that waits. */
async function executableOf(place: Place): Promise<string> {
  await Deno.mkdir(`${place.directory}/runtime`, { mode: 0o700 });
  const running = place.start(
    ["run", "--rm", "-i", IMAGE, "sh", "-c", "echo up; read line; :"],
    { stdin: "", env: ownRuntime(place) },
  );
  assert.equal(await running.stdout.line(), "up");
  const path = await Deno.readLink(`/proc/${running.pid}/exe`);
  await running.closeStdin();
  assert.equal(await running.status(), 0);
  return path;
}

/** Everything about a file that an attack would change. */
async function fingerprint(path: string): Promise<unknown> {
  const { dev, ino, size, mode, mtime, ctime } = await Deno.stat(path);
  const bytes = await Deno.readFile(path);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { dev, ino, size, mode, mtime, ctime, sha256: digest.toHex() };
}

/** Runs a body, after which the host's executable must be what it was. */
async function unharmed(
  place: Place,
  body: (executable: string) => Promise<void>,
): Promise<void> {
  const executable = await executableOf(place);
  const before = await fingerprint(executable);
  await body(executable);
  assert.deepEqual(await fingerprint(executable), before);
}

const missing = missingCompiler();
if (missing === undefined) {
  forEachLauncher(
    "run executes nothing of the host for a program that leads there",
    (place) =>
      unharmed(place, async () => {
        const image = await hostileImage(place);
        const flags = [[], ["--init"], ["-u", "1000:1000"]];
        for (const trick of TRICKS) {
          for (const words of flags) {
            const outcome = await runWith(place, ...words, image, trick, "-V");
            // Linux 6.1 kills a process whose loader has nothing writable.
            const isKilled = trick === "interpreted" && outcome.code === 139;
            assert.deepEqual(
              outcome,
              isKilled ? KILLED : REFUSED,
              `${trick} ${words}`,
            );
          }
        }
      }),
  );

  forEachLauncher(
    "run shows a program no executable but its own and the init's",
    (place) =>
      unharmed(place, async (executable) => {
        const image = await hostileImage(place);
        const { ino } = await Deno.stat(executable);
        const script = "attack; for pid in self 1; do " +
          "stat -L -c 'exe x %i' /proc/$pid/exe; done";
        for (const words of [[], ["--init"]]) {
          const { stdout } = await runWith(
            place,
            ...[...words, image, "sh", "-c", script],
          );
          const inodes = [...stdout.matchAll(/^exe \S+ (\d+)$/gm)]
            .map(([, inode]) => Number(inode));
          assert.equal(inodes.length, 3, stdout);
          assert.ok(!inodes.includes(ino ?? 0), stdout);
        }
      }),
  );
} else {
  Deno.test.ignore(`run and /proc/self/exe (skipped: needs ${missing})`, () => {
  });
}

forEachLauncher(
  "run --init shows a sealed init that nobody can write",
  (place) =>
    unharmed(place, async () => {
      const script = "exec 2>&1; for pid in 1 self; do " +
        "(echo x >/proc/$pid/exe) || (echo x >>/proc/$pid/exe) || " +
        "dd if=/dev/zero of=/proc/$pid/exe conv=notrunc count=1 || " +
        "truncate -s 1 /proc/$pid/exe || echo refused; done; " +
        "readlink /proc/1/exe; sha256sum </proc/1/exe";
      const { stdout, code } = await runWith(
        place,
        ...["--init", IMAGE, "sh", "-c", script],
      );
      const bytes = initProgram();
      const digest = new Uint8Array(
        await crypto.subtle.digest("SHA-256", bytes),
      );
      assert.equal(code, 0);
      assert.equal(stdout.match(/^refused$/gm)?.length, 2, stdout);
      assert.match(stdout, /^\/memfd:docker-init \(deleted\)$/m);
      assert.ok(stdout.includes(digest.toHex()), stdout);
    }),
);

forEachLauncher(
  "run comes to the program where a profile refuses what leads there",
  async (place) => {
    const profile = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{
        names: ["execveat", "fcntl"],
        action: "SCMP_ACT_ERRNO",
        errnoRet: 38,
      }],
    };
    const file = `${place.directory}/profile.json`;
    await Deno.writeTextFile(file, JSON.stringify(profile));
    for (const flags of [[], ["--init"], ["-u", "1000:1000"]]) {
      const outcome = await place.run(
        ...["--rm", "--explain", ...flags, "--security-opt", `seccomp=${file}`],
        ...[IMAGE, "sh", "-c", "test -e /proc/$$/fd/3 || echo closed"],
      );
      assert.equal(outcome.stdout, "closed\n");
      assert.match(outcome.stderr, / execveat\(4, .* = -ENOSYS$/m);
      assert.match(outcome.stderr, / execve\("\/proc\/self\/fd\/4".* = 0$/m);
    }
  },
);

const SYSCTL = "/proc/sys/vm/memfd_noexec";

/** Runs with a setting of the pid namespace, which is one's own for it. */
function runWhereNoexecIs(value: number, place: Place): Promise<Outcome> {
  const script = `echo ${value} >${SYSCTL} && exec "$0" "$@"`;
  return place.tsdockerWith({
    wrapper: [
      ...["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"],
      ...["sh", "-c", script],
    ],
  }, ["run", "--rm", IMAGE, "echo", "executed"]);
}

if (hasSysctl()) {
  forEachLauncher("run asks for a file in memory to execute", async (place) => {
    assertPrints(await runWhereNoexecIs(1, place), "executed\n");
  });

  forEachLauncher(
    "run executes no file of the host where files in memory are refused",
    async (place) => {
      assert.deepEqual(await runWhereNoexecIs(2, place), {
        code: 125,
        stdout: "",
        stderr: "tsdocker: Cannot make an executable file in memory: " +
          "EACCES (permission denied)\n\ntry: sysctl vm.memfd_noexec=1\n",
      });
    },
  );
} else {
  Deno.test.ignore(
    `run where files in memory are refused (no ${SYSCTL})`,
    () => {
    },
  );
}

/** Since Linux 6.3. */
function hasSysctl(): boolean {
  try {
    return Deno.statSync(SYSCTL).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
