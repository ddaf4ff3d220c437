/** @module */
import assert from "node:assert/strict";
import { IMAGE } from "../support/cli.ts";
import { namesIn, outcomeOf } from "../support/portable_file.ts";

/** The built program. */
const TSDOCKER = await Deno.realPath(Deno.env.get("TSDOCKER") ?? "tsdocker");

const isPortable = await startsWithShebang(TSDOCKER);

async function startsWithShebang(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  const start = new Uint8Array(2);
  await file.read(start);
  return new TextDecoder().decode(start) === "#!";
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
