import assert from "node:assert/strict";
import { type Digest, digestOf } from "../../../lib/base/digest.ts";
import { IntegrityError } from "../../../lib/base/errors.ts";
import { blobPath } from "../../../lib/storage/content_store.ts";
import {
  openPartialBlob,
  type PartialBlob,
} from "../../../lib/storage/partial_blob.ts";
import { namesIn } from "../../support/cli.ts";
import { someBytes } from "../../support/registry.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const BYTES = someBytes(1000);
const BLOB = { digest: await digestOf(BYTES), size: BYTES.length };

/** A store of a test's own. */
class Store implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly blobs = `${this.#directory.path}/blobs`;

  async open(
    blob: { digest: Digest; size: number } = BLOB,
  ): Promise<PartialBlob> {
    const partial = await openPartialBlob(this, blob);
    return partial ?? assert.fail("It is in the store");
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

/** What has come before, as `replay()` gives it. */
async function replayed(partial: PartialBlob): Promise<Uint8Array> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  await partial.replay((piece) => {
    pieces.push(new Uint8Array(piece));
    return Promise.resolve();
  });
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

Deno.test("a blob that came in pieces, over several runs, is published whole", async () => {
  using store = new Store();
  {
    using first = await store.open();
    assert.deepEqual(await replayed(first), new Uint8Array(0));
    first.append(BYTES.subarray(0, 300));
    first.append(BYTES.subarray(300, 400));
  }
  {
    using second = await store.open();
    assert.deepEqual(await replayed(second), BYTES.slice(0, 400));
    assert.equal(second.size, 400);
    // As often as there are attempts.
    assert.deepEqual(await replayed(second), BYTES.slice(0, 400));
    second.append(BYTES.subarray(400));
    second.publish();
  }
  assert.deepEqual(await Deno.readFile(blobPath(store, BLOB.digest)), BYTES);
  assert.deepEqual(await namesIn(store.blobs), ["sha256"]);
  assert.equal(await openPartialBlob(store, BLOB), undefined);
});

Deno.test("a blob that is another one is forgotten", async () => {
  using store = new Store();
  {
    using partial = await store.open();
    partial.append(BYTES.subarray(1));
    assert.throws(() => partial.publish(), IntegrityError);
    assert.equal(partial.size, 0);
    partial.append(BYTES);
    partial.publish();
  }
  assert.deepEqual(await namesIn(`${store.blobs}/sha256`), [
    BLOB.digest.slice(7),
  ]);
});

Deno.test("what is longer than the blob is nothing of it", async () => {
  using store = new Store();
  {
    using partial = await store.open();
    partial.append(BYTES);
    partial.append(BYTES);
  }
  {
    using partial = await store.open();
    assert.deepEqual(await replayed(partial), new Uint8Array(0));
  }
  // Of nothing, nothing is left.
  assert.deepEqual(await namesIn(store.blobs), ["sha256"]);
});

Deno.test("whoever wants the same blob waits, and finds it", async () => {
  using store = new Store();
  const first = await store.open();
  let isOpen = false;
  const second = openPartialBlob(store, BLOB).then((partial) => {
    isOpen = true;
    return partial;
  });
  const empty = { digest: await digestOf(new Uint8Array(0)), size: 0 };
  // Another blob can be had meanwhile.
  (await store.open(empty))[Symbol.dispose]();
  assert.ok(!isOpen);
  first.append(BYTES);
  first.publish();
  first[Symbol.dispose]();
  assert.equal(await second, undefined);
});
