/** @module */
import assert from "node:assert/strict";
import {
  FAKE_DENO,
  namesIn,
  outcomeOf,
  PortableFile,
} from "../../../support/portable_file.ts";

/** A user and group that own nothing. */
const STRANGER = 54321;

const AS_STRANGER = [
  "setpriv",
  `--reuid=${STRANGER}`,
  `--regid=${STRANGER}`,
  "--clear-groups",
];

/** A tmpfs on the base directory, unmounted when disposed of. */
class Tmpfs implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async mount(path: string, options: string): Promise<Tmpfs> {
    await Deno.mkdir(path);
    await run("mount", "-t", "tmpfs", "-o", `mode=700,${options}`, "tsd", path);
    return new Tmpfs(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", this.path);
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
  const { code, stderr } = await outcomeOf(program, args, env);
  assert.equal(code, 0, stderr);
}

function refusal(file: PortableFile, why: string): string {
  return `tsdocker: Cannot unpack into "${file.base}": ${why}\n`;
}

Deno.test("the portable file refuses a noexec mount", async () => {
  await using file = await PortableFile.make();
  await using _ = await Tmpfs.mount(file.base, "noexec");
  const { code, stderr } = await file.run();
  assert.equal(code, 125);
  assert.match(stderr, /^[^\n]*cannot be run there \(a noexec mount[^\n]*\n$/);
  assert.deepEqual(await file.names(), []);
});

Deno.test("the portable file refuses a full disk, and leaves nothing on it", async () => {
  const program = `${FAKE_DENO}\n${randomText(200_000)}`;
  await using file = await PortableFile.make({ program });
  await using _ = await Tmpfs.mount(file.base, "size=64k");
  const { code, stderr } = await file.run();
  assert.equal(code, 125);
  assert.equal(
    stderr,
    refusal(file, "gzip: stdout: No space left on device"),
  );
  assert.deepEqual(await file.names(), []);
});

Deno.test("the portable file refuses a read-only file system", async () => {
  await using file = await PortableFile.make();
  await using _ = await Tmpfs.mount(file.base, "ro");
  const { code, stderr } = await file.run();
  assert.equal(code, 125);
  assert.equal(stderr, refusal(file, "it is not writable"));
});

Deno.test("the portable file runs from a read-only file system once unpacked", async () => {
  await using file = await PortableFile.make();
  await using _ = await Tmpfs.mount(file.base, "rw");
  assert.equal((await file.run()).code, 0);
  await run("mount", "-o", "remount,ro", file.base);
  assert.equal((await file.run()).code, 0);
});

Deno.test("the portable file refuses what belongs to somebody else", async () => {
  await using file = await PortableFile.make();
  await Deno.mkdir(file.base);
  await Deno.chown(file.base, STRANGER, STRANGER);
  const { code, stderr } = await file.run();
  assert.equal(code, 125);
  assert.equal(
    stderr,
    refusal(file, `"${file.base}" belongs to user ${STRANGER}`),
  );
});

Deno.test("the portable file does not start what somebody else unpacked", async () => {
  await using file = await PortableFile.make();
  await file.run();
  const unpacked = await file.unpacked();
  for (const name of ["tsdocker", "main.js", ""]) {
    await Deno.chown(`${unpacked}/${name}`, STRANGER, STRANGER);
    const { code, stderr } = await file.run();
    assert.equal(code, 125, name);
    const why = `"${unpacked}" is damaged or not ours; remove it`;
    assert.equal(stderr, refusal(file, why), name);
    await Deno.chown(`${unpacked}/${name}`, 0, 0);
  }
  assert.equal((await file.run()).code, 0);
});

Deno.test("without root the portable file unpacks into the user's cache", async () => {
  await using file = await PortableFile.make();
  const home = `${file.directory}/home`;
  await Deno.mkdir(home);
  await Deno.chown(home, STRANGER, STRANGER);
  const env = { TSDOCKER_RUNTIME_DIR: "", HOME: home };
  const { code, stdout, stderr } = await file.run([], env, AS_STRANGER);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  const cache = `${home}/.cache/tsdocker/runtime/`;
  assert.ok(stdout.startsWith(`0=${cache}`), stdout);

  const xdg = `${home}/xdg`;
  const moved = { ...env, XDG_CACHE_HOME: xdg };
  const second = await file.run([], moved, AS_STRANGER);
  assert.ok(second.stdout.startsWith(`0=${xdg}/tsdocker/runtime/`));
  assert.deepEqual(await namesIn(home), [".cache", "xdg"]);
});

Deno.test("without root and home the portable file says what to set", async () => {
  await using file = await PortableFile.make();
  const env = { TSDOCKER_RUNTIME_DIR: "", HOME: "" };
  const { code, stderr } = await file.run([], env, AS_STRANGER);
  assert.equal(code, 125);
  assert.match(stderr, /neither HOME nor TSDOCKER_RUNTIME_DIR is set\n$/);
});

Deno.test("root unpacks into the root directory, whatever HOME is", async () => {
  const place = await Deno.makeTempDir();
  try {
    const rootBase = `${place}/var/runtime`;
    await using file = await PortableFile.make({ rootBase });
    const env = { TSDOCKER_RUNTIME_DIR: "", HOME: "/nonexistent" };
    const { stdout } = await file.run([], env);
    assert.ok(stdout.startsWith(`0=${rootBase}/`), stdout);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});

/** Text that does not compress to less than half. */
function randomText(length: number): string {
  const bytes = new Uint8Array(length / 2);
  for (let start = 0; start < bytes.length; start += 65536) {
    crypto.getRandomValues(bytes.subarray(start, start + 65536));
  }
  return bytes.toHex();
}
