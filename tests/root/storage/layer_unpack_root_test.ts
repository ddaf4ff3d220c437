import assert from "node:assert/strict";
import { type HostPaths, hostPaths } from "../../../lib/base/host_paths.ts";
import { unpackLayer } from "../../../lib/storage/layer_unpack.ts";
import { rootTest } from "../../support/root.ts";
import { archive, directory, file } from "../../support/tar_builder.ts";
import { describeTree, run } from "../../support/unpacking.ts";

const SCRIPT = new URL(
  "../../fixtures/storage/ensure_layer.ts",
  import.meta.url,
).pathname;

/** A place with an archive that takes a while to unpack. */
class Place implements Disposable {
  readonly directory = Deno.makeTempDirSync({
    dir: "/var/tmp",
    prefix: "layers-",
  });
  readonly archive = `${this.directory}/x.tar`;
  #roots = 0;

  constructor(files: number) {
    const parts = [directory("./", { mode: 0o751 })];
    for (let i = 0; i < 50; i++) parts.push(directory(`d${i}/`));
    for (let i = 0; i < files; i++) {
      parts.push(file(`d${i % 50}/f${i}`, `${i}`.repeat(i % 1000)));
    }
    Deno.writeFileSync(this.archive, archive(...parts));
    // Older than any step of a clock, as archives are.
    run("touch", ["-d", "2020-01-01", this.archive]);
  }

  /** An empty store. */
  newStore(): HostPaths {
    const root = `${this.directory}/root${this.#roots++}`;
    return hostPaths({ root, runRoot: `${root}/run` });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

function start(paths: HostPaths, archivePath: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", SCRIPT, paths.root, archivePath],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

function namesIn(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
}

/** Nothing but whole layers and records of sources. */
function assertClean(paths: HostPaths): void {
  for (const name of namesIn(paths.layers)) {
    assert.match(name, /^[0-9a-f]{64}$/);
  }
  for (const name of namesIn(paths.sources)) {
    assert.match(name, /^\d+-\d+-\d+$/);
  }
}

rootTest("unpackLayer() unpacks once, and by content", async () => {
  using place = new Place(100);
  const paths = place.newStore();
  const layer = await unpackLayer(paths, place.archive);
  const [sum] = run("sha256sum", [place.archive]).split(" ");
  assert.equal(layer.diffId, `sha256:${sum}`);
  assert.equal(layer.directory, `${paths.layers}/${sum}`);
  assert.equal(((await Deno.stat(layer.directory)).mode ?? 0) & 0o7777, 0o751);
  for (const path of [paths.layers, paths.sources]) {
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o7777, 0o700);
  }
  const { ino } = await Deno.stat(layer.directory);
  const packed = `${place.directory}/packed`;
  run("sh", ["-c", `gzip -c ${place.archive} > ${packed}.gz`]);
  run("zstd", ["-q", place.archive, "-o", `${packed}.zst`]);
  for (const other of [place.archive, `${packed}.gz`, `${packed}.zst`]) {
    assert.deepEqual(await unpackLayer(paths, other), layer);
  }
  assert.equal((await Deno.stat(layer.directory)).ino, ino);
  assertClean(paths);
});

rootTest(
  "unpackLayer() unpacks again when a layer is gone or a file new",
  async () => {
    using place = new Place(10);
    const paths = place.newStore();
    const first = await unpackLayer(paths, place.archive);
    await Deno.remove(first.directory, { recursive: true });
    assert.deepEqual(await unpackLayer(paths, place.archive), first);
    assert.equal(namesIn(`${first.directory}/d1`).length, 1);
    // Same size, same inode, and the old time again: only ctime tells.
    const bytes = await Deno.readFile(place.archive);
    const content = (1 + 50 + 2) * 512;
    assert.equal(bytes[content], "1".charCodeAt(0));
    bytes[content] = "2".charCodeAt(0);
    await Deno.writeFile(place.archive, bytes);
    run("touch", ["-d", "2020-01-01", place.archive]);
    const second = await unpackLayer(paths, place.archive);
    assert.notEqual(second.diffId, first.diffId);
    assertClean(paths);
  },
);

rootTest(
  "unpackLayer() in eight processes at once makes one layer",
  async () => {
    using place = new Place(3000);
    const paths = place.newStore();
    const copies = [1, 2, 3].map((i) => `${place.directory}/copy${i}`);
    for (const copy of copies) await Deno.copyFile(place.archive, copy);
    const sources = [...Array(5).fill(place.archive), ...copies];
    const outputs = await Promise.all(
      sources.map((source) => start(paths, source).output()),
    );
    const [layer] = namesIn(paths.layers);
    assert.equal(namesIn(paths.layers).length, 1);
    for (const { success, stdout } of outputs) {
      assert.ok(success);
      assert.equal(
        new TextDecoder().decode(stdout),
        `started\n${paths.layers}/${layer}\n`,
      );
    }
    assertClean(paths);
  },
);

rootTest(
  "unpackLayer() trusts nothing of a process killed in the middle",
  async () => {
    using place = new Place(1500);
    const begin = performance.now();
    const whole = await unpackLayer(place.newStore(), place.archive);
    const wholeMs = performance.now() - begin;
    const expected = describeTree(whole.directory);
    let leftovers = 0;
    for (let round = 0; round < 20; round++) {
      // A few are enough, if one of them has hit the unpacking.
      if (round >= 4 && leftovers > 0) break;
      const paths = place.newStore();
      const child = start(paths, place.archive);
      const reader = child.stdout.getReader();
      await reader.read();
      const moment = Promise.withResolvers<void>();
      setTimeout(moment.resolve, Math.random() * 2 * wholeMs);
      await moment.promise;
      try {
        child.kill("SIGKILL");
      } catch (error) {
        // It was done before.
        if (!(error instanceof TypeError)) throw error;
      }
      await reader.cancel();
      await child.status;
      leftovers += countTemporary(paths);
      const layer = await unpackLayer(paths, place.archive);
      assert.deepEqual(describeTree(layer.directory), expected);
      assertClean(paths);
      await Deno.remove(paths.root, { recursive: true });
    }
    assert.ok(leftovers > 0, "no round was killed while it unpacked");
  },
);

function countTemporary(paths: HostPaths): number {
  try {
    return namesIn(paths.layers).filter((n) => n.startsWith(".tmp-")).length;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

rootTest(
  "unpackLayer() leaves the work of a living process alone",
  async () => {
    using place = new Place(10);
    const paths = place.newStore();
    const alive = `${paths.layers}/.tmp-alive`;
    const dead = `${paths.layers}/.tmp-dead`;
    for (const path of [alive, dead]) {
      await Deno.mkdir(`${path}/d`, { recursive: true });
      await Deno.writeTextFile(`${path}/d/f`, "x");
    }
    using holder = await Deno.open(alive);
    const isExclusive = true;
    await holder.lock(isExclusive);
    await unpackLayer(paths, place.archive);
    assert.deepEqual(
      namesIn(paths.layers).filter((name) => name.startsWith(".tmp-")),
      [".tmp-alive"],
    );
  },
);

rootTest("unpackLayer() leaves nothing behind when it refuses", async () => {
  using place = new Place(500);
  const paths = place.newStore();
  const bytes = await Deno.readFile(place.archive);
  const cases: [string, Uint8Array, RegExp][] = [
    ["cut", bytes.subarray(0, 200_000), /the archive ends in the middle of/],
    ["text", new TextEncoder().encode("hello"), /not a tar archive but a text/],
    ["empty", new Uint8Array(), /the file is empty$/],
    ["zeros", new Uint8Array(10_240), /the archive contains no files$/],
    ["hostile", archive(file("../x")), /contains "\.\."$/],
  ];
  for (const [name, content, message] of cases) {
    const path = `${place.directory}/${name}`;
    await Deno.writeFile(path, content);
    await assert.rejects(unpackLayer(paths, path), message);
    assert.deepEqual(namesIn(paths.layers), [], name);
    assert.deepEqual(namesIn(paths.sources), [], name);
  }
  await assert.rejects(
    unpackLayer(paths, place.directory),
    /it is a directory, not an archive$/,
  );
  await assert.rejects(
    unpackLayer(paths, `${place.directory}/none`),
    /Cannot read ".*\/none": ENOENT \(no such file or directory\)$/,
  );
  await assert.rejects(
    unpackLayer(
      hostPaths({ root: "/proc/none", runRoot: "/proc" }),
      place.archive,
    ),
    /^HostError: Cannot create "\/proc\/none\/layers"/,
  );
});

rootTest(
  "unpackLayer() works from a bundle, as the program is one",
  async () => {
    using place = new Place(100);
    const bundle = `${place.directory}/bundle.js`;
    const bundled = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--minify", "-q", "-o", bundle, SCRIPT],
    }).output();
    assert.ok(bundled.success, new TextDecoder().decode(bundled.stderr));
    const packed = `${place.directory}/x.tar.gz`;
    run("sh", ["-c", `gzip -c ${place.archive} > ${packed}`]);
    for (const source of [place.archive, packed]) {
      const paths = place.newStore();
      const { success } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-config", bundle, paths.root, source],
        stdout: "null",
        stderr: "inherit",
      }).output();
      assert.ok(success);
      assert.equal(namesIn(paths.layers).length, 1);
    }
  },
);
