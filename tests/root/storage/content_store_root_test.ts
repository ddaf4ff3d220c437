import assert from "node:assert/strict";
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { digestOf } from "../../../lib/base/digest.ts";
import { IntegrityError, NotFoundError } from "../../../lib/base/errors.ts";
import { hostPaths } from "../../../lib/base/host_paths.ts";
import {
  blobPath,
  blobSize,
  copyIntoStore,
  GrowingBlob,
  putBlob,
  readBlob,
} from "../../../lib/storage/content_store.ts";
import { rootTest } from "../../support/root.ts";

const BYTES = crypto.getRandomValues(new Uint8Array(60_000));

function storeIn(root: string): ReturnType<typeof hostPaths> {
  return hostPaths({ root, runRoot: `${root}/run` });
}

function namesIn(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name);
}

function temporary(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "blobs-" });
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

rootTest("putBlob() keeps content by its digest, once", async () => {
  using place = temporary();
  const paths = storeIn(place.path);
  const blob = await putBlob(paths, BYTES);
  assert.deepEqual(blob, { digest: await digestOf(BYTES), size: 60_000 });
  assert.deepEqual(await putBlob(paths, BYTES), blob);
  assert.deepEqual(readBlob(paths, blob.digest), BYTES);
  assert.equal(blobSize(paths, blob.digest), 60_000);
  const { mode } = await Deno.stat(blobPath(paths, blob.digest));
  assert.equal(mode && mode & 0o777, 0o600);
});

rootTest(
  "readBlob() tells of content that is not there or too large",
  async () => {
    using place = temporary();
    const paths = storeIn(place.path);
    const digest = await digestOf(BYTES);
    assert.throws(() => readBlob(paths, digest), NotFoundError);
    assert.equal(blobSize(paths, digest), undefined);
    const large = await putBlob(paths, new Uint8Array(5 * 1024 ** 2));
    assert.throws(() => readBlob(paths, large.digest), IntegrityError);
  },
);

rootTest(
  "copyIntoStore() copies part of a file and takes its digest",
  async () => {
    using place = temporary();
    const paths = storeIn(place.path);
    const path = `${place.path}/file`;
    await Deno.writeFile(path, BYTES);
    using file = openat(AT_FDCWD, path, O_RDONLY);
    const part = { file, offset: 512, size: 1000 };
    const expected = await digestOf(BYTES.slice(512, 1512));
    assert.deepEqual(await copyIntoStore(paths, part), {
      digest: expected,
      size: 1000,
    });
    assert.deepEqual(readBlob(paths, expected), BYTES.slice(512, 1512));
    const wrong = await digestOf(BYTES);
    await assert.rejects(copyIntoStore(paths, part, wrong), /is damaged/);
    const tooLong = { file, offset: 59_000, size: 1001 };
    await assert.rejects(copyIntoStore(paths, tooLong), /ends 1 bytes early/);
    assert.equal(namesIn(`${paths.blobs}/sha256`).length, 1);
  },
);

rootTest("a blob that is not published is never seen", async () => {
  using place = temporary();
  const paths = storeIn(place.path);
  {
    using blob = new GrowingBlob(paths);
    await Deno.writeFile(blob.path, BYTES);
  }
  assert.deepEqual(namesIn(`${paths.blobs}/sha256`), []);
});
