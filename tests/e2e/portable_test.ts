/** @module */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import {
  Elf64_Ehdr,
  ET,
} from "../../tools/build/payload/prelink/elf_structs.ts";
import { IMAGE } from "../support/cli.ts";
import { SmallDisk } from "../support/small_disk.ts";
import { namesIn, outcomeOf } from "../support/portable_file.ts";

/** The built program. */
const TSDOCKER = await Deno.realPath(Deno.env.get("TSDOCKER") ?? "tsdocker");

const isPortable = await isBuiltAs("portable");

async function isBuiltAs(form: string): Promise<boolean> {
  const { stdout } = await outcomeOf(
    TSDOCKER,
    ["version"],
    Deno.env.toObject(),
  );
  return new RegExp(`^Build: +${form}$`, "m").test(stdout);
}

/** An empty home and an empty runtime directory, gone when disposed of. */
async function emptyPlace(): Promise<
  AsyncDisposable & { readonly home: string; readonly runtime: string }
> {
  const path = await Deno.makeTempDir();
  await Deno.mkdir(`${path}/home`);
  return {
    home: `${path}/home`,
    runtime: `${path}/runtime`,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** The Deno that was unpacked. */
async function unpackedDeno(runtime: string): Promise<string> {
  const [digest] = (await namesIn(runtime)).filter((name) => name !== "lock");
  return `${runtime}/${digest}/tsdocker`;
}

/** What its file says of its address. */
async function addressOf(
  runtime: string,
): Promise<{ readonly type: number; readonly entry: bigint }> {
  using file = await Deno.open(await unpackedDeno(runtime));
  const bytes = new Uint8Array(Elf64_Ehdr.size);
  await file.read(bytes);
  const { e_type, e_entry } = Elf64_Ehdr.decode(bytes);
  return { type: e_type, entry: e_entry };
}

/** Asserts that there is nothing but the program and its cache. */
async function assertNothingLeft(runtime: string): Promise<void> {
  const path = await unpackedDeno(runtime);
  const names = await namesIn(path.slice(0, path.lastIndexOf("/")));
  const others = names.filter((name) => !name.endsWith(".js"));
  assert.deepEqual(others, ["cache", "tsdocker"]);
}

/** How much the write-ahead log of Deno's compiled code holds. */
async function logBytes(runtime: string): Promise<number> {
  const [digest] = (await namesIn(runtime)).filter((name) => name !== "lock");
  const cache = `${runtime}/${digest}/cache`;
  const name = (await namesIn(cache))
    .find((name) => /^v8_code_cache_v\d+-wal$/.test(name));
  return name === undefined ? 0 : (await Deno.stat(`${cache}/${name}`)).size;
}

const ignore = !isPortable; // the compiled program unpacks nothing

Deno.test({
  name: "a file that is cut short in its first 16 KB fails",
  ignore,
}, async () => {
  await using place = await emptyPlace();
  const path = `${place.home}/short`;
  const whole = new Uint8Array(16 * 1024);
  {
    using file = await Deno.open(TSDOCKER);
    assert.equal(await file.read(whole), whole.length);
  }
  const env = { PATH: "/usr/bin:/bin", TSDOCKER_RUNTIME_DIR: place.runtime };
  for (let size = 250; size <= whole.length; size += 250) {
    await Deno.writeFile(path, whole.subarray(0, size), { mode: 0o755 });
    const { code, stdout, stderr } = await outcomeOf(path, ["version"], env);
    assert.equal(stdout, "");
    assert.notEqual(code, 0, `${size}`);
    // A signal ends what has lost its code: the shell tells.
    if (code < 128) assert.match(stderr, /^tsdocker: [^\n]*\n$/, `${size}`);
  }
});

Deno.test({
  name:
    "20 first starts at once succeed, and leave all of the program compiled",
  ignore,
}, async () => {
  await using place = await emptyPlace();
  const env = {
    HOME: place.home,
    PATH: "/usr/bin:/bin",
    TSDOCKER_RUNTIME_DIR: place.runtime,
  };
  const runs = await Promise.all(
    Array.from({ length: 20 }, () => outcomeOf(TSDOCKER, ["version"], env)),
  );
  for (const { code, stderr } of runs) {
    assert.equal(stderr, "");
    assert.equal(code, 0);
  }
  assert.equal((await namesIn(place.runtime)).length, 2); // and the lock
  assert.deepEqual(await namesIn(place.home), []);

  // All is compiled: later starts find an almost empty log, and add nothing.
  const compiled = await logBytes(place.runtime);
  assert.ok(compiled < 100_000, String(compiled));
  for (const args of [["version"], ["run", "--help"], ["info"], ["nonsense"]]) {
    await outcomeOf(TSDOCKER, args, env);
  }
  assert.equal(await logBytes(place.runtime), compiled);
  const unpack = async (root: string): Promise<number> => {
    const roots = ["--root", `${place.home}/${root}`, "--run-root", place.home];
    const create = [...roots, "create", IMAGE, "true"];
    assert.equal((await outcomeOf(TSDOCKER, create, env)).code, 0);
    return await logBytes(place.runtime);
  };
  assert.equal(await unpack("one"), await unpack("other"));
});

Deno.test({
  name: "the first start compiles first what is started most",
  ignore,
}, async () => {
  await using place = await emptyPlace();
  const env = { PATH: "/usr/bin:/bin", TSDOCKER_RUNTIME_DIR: place.runtime };
  assert.equal((await outcomeOf(TSDOCKER, ["version"], env)).code, 0);
  const deno = await unpackedDeno(place.runtime);
  const cache = `${deno.slice(0, deno.lastIndexOf("/"))}/cache`;
  using database = new DatabaseSync(`${cache}/v8_code_cache_v2`);
  const rows = database
    .prepare("SELECT specifier FROM codecache ORDER BY rowid LIMIT 4").all();
  assert.deepEqual(
    rows.map(({ specifier }) => `${specifier}`.split("/").at(-1)),
    ["warm_up.js", "exec.js", "run.js", "detached.js"],
  );
});

Deno.test({
  name: "each unpacking puts Deno at an address of its own",
  ignore,
}, async () => {
  const entries = new Set<bigint>();
  for (let round = 0; round < 2; round++) {
    await using place = await emptyPlace();
    const env = { PATH: "/usr/bin:/bin", TSDOCKER_RUNTIME_DIR: place.runtime };
    assert.equal((await outcomeOf(TSDOCKER, ["version"], env)).code, 0);
    const { type, entry } = await addressOf(place.runtime);
    assert.equal(type, ET.EXEC);
    entries.add(entry);
    const { mode } = await Deno.stat(await unpackedDeno(place.runtime));
    assert.equal((mode ?? 0) & 0o7777, 0o555);
    await assertNothingLeft(place.runtime);
  }
  assert.equal(entries.size, 2);
});

Deno.test({
  name: "without room to give Deno an address, it is run as it came",
  ignore: ignore || Deno.uid() !== 0, // needs root: a disk of its own is mounted
}, async () => {
  await using place = await emptyPlace();
  const { size } = await Deno.stat(Deno.execPath()); // which is in the file
  using _disk = new SmallDisk(place.runtime, Math.round(size * 1.5));
  const env = { PATH: "/usr/bin:/bin", TSDOCKER_RUNTIME_DIR: place.runtime };
  for (let start = 0; start < 2; start++) {
    const { code, stderr } = await outcomeOf(TSDOCKER, ["version"], env);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  }
  assert.equal((await addressOf(place.runtime)).type, ET.DYN);
  await assertNothingLeft(place.runtime);
});

Deno.test("the built program writes nothing into the home directory", async () => {
  await using place = await emptyPlace();
  const env = {
    HOME: place.home,
    PATH: "/usr/bin:/bin",
    TSDOCKER_RUNTIME_DIR: place.runtime,
  };
  for (let start = 0; start < 2; start++) {
    assert.equal((await outcomeOf(TSDOCKER, ["version"], env)).code, 0);
  }
  assert.deepEqual(await namesIn(place.home), []);
});

Deno.test("the built program keeps its exit status and stdout clean", async () => {
  await using place = await emptyPlace();
  const env = { PATH: "/usr/bin:/bin", TSDOCKER_RUNTIME_DIR: place.runtime };
  const { code, stdout } = await outcomeOf(TSDOCKER, ["--no-such-flag"], env);
  assert.equal(code, 125);
  assert.equal(stdout, "");
});
