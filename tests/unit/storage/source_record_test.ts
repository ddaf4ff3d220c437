import assert from "node:assert/strict";
import { openat } from "../../../ffi/calls/file.ts";
import { statat } from "../../../ffi/calls/stat.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { parseDigest } from "../../../lib/base/digest.ts";
import { hostPaths } from "../../../lib/base/host_paths.ts";
import {
  findLayer,
  type Layer,
  layerAt,
  recordSource,
} from "../../../lib/storage/source_record.ts";

const HEX = "a".repeat(64);
const DIFF_ID = parseDigest(`sha256:${HEX}`);

/** A store with one layer and one archive. */
class Place implements Disposable {
  readonly root = Deno.makeTempDirSync({ prefix: "source-" });
  readonly paths = hostPaths({ root: this.root, runRoot: this.root });
  readonly archive = `${this.root}/x.tar`;

  constructor() {
    Deno.writeTextFileSync(this.archive, "content");
    Deno.mkdirSync(this.paths.sources);
    Deno.mkdirSync(`${this.paths.layers}/${HEX}`, { recursive: true });
  }

  /** Records the archive as read so long after its last change. */
  record(ageMs: number): void {
    const changed = changedNs(this.archive) / 1e6;
    using fd = openat(AT_FDCWD, this.archive, O_RDONLY);
    const source = { fd: fd.number, readSinceMs: changed + ageMs };
    recordSource(this.paths, source, DIFF_ID);
  }

  /** The clock of a file system goes in steps: waits until one is over. */
  waitForTick(): void {
    const other = `${this.root}/tick`;
    const before = changedNs(this.archive);
    Deno.writeTextFileSync(other, "");
    do Deno.chmodSync(other, 0o600); while (changedNs(other) === before);
  }

  find(): Layer | undefined {
    return findLayer(this.paths, this.archive);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

/** When a file was changed; Deno itself tells whole seconds only. */
function changedNs(path: string): number {
  const { seconds, nanoseconds } = statat(AT_FDCWD, path).changed;
  return seconds * 1e9 + nanoseconds;
}

Deno.test("findLayer() finds what recordSource() recorded", () => {
  using place = new Place();
  assert.equal(place.find(), undefined);
  place.record(5000);
  assert.deepEqual(place.find(), layerAt(place.paths, DIFF_ID));
  assert.equal(place.find()?.directory, `${place.paths.layers}/${HEX}`);
  const names = [...Deno.readDirSync(place.paths.sources)];
  assert.equal(names.length, 1, "no temporary file is left");
});

Deno.test("recordSource() trusts no file that just changed", () => {
  for (const ageMs of [-1000, 0, 5]) {
    using place = new Place();
    place.record(ageMs);
    assert.equal(place.find(), undefined, `${ageMs} ms`);
  }
});

Deno.test("findLayer() forgets a file that changed in any way", () => {
  const changes: ((path: string) => void)[] = [
    (path) => Deno.writeTextFileSync(path, "longer than before"),
    (path) => Deno.writeTextFileSync(path, "CONTENT"),
    (path) => Deno.utimeSync(path, 0, 0),
    (path) => Deno.chmodSync(path, 0o600),
    (path) => {
      Deno.copyFileSync(path, `${path}.new`);
      Deno.renameSync(`${path}.new`, path);
    },
    (path) => Deno.removeSync(path),
  ];
  for (const change of changes) {
    using place = new Place();
    place.record(5000);
    assert.ok(place.find());
    place.waitForTick();
    change(place.archive);
    assert.equal(place.find(), undefined, String(change));
  }
});

Deno.test("findLayer() does not find a layer that was removed", () => {
  using place = new Place();
  place.record(5000);
  Deno.removeSync(`${place.paths.layers}/${HEX}`);
  assert.equal(place.find(), undefined);
});

Deno.test("findLayer() is cheap enough for every start", () => {
  using place = new Place();
  place.record(5000);
  const rounds = 200;
  const begin = performance.now();
  for (let i = 0; i < rounds; i++) place.find();
  const eachMs = (performance.now() - begin) / rounds;
  assert.ok(eachMs < 1, `${eachMs} ms`);
});
