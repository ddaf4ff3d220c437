import assert from "node:assert/strict";
import { type Digest, digestOf } from "../../../lib/base/digest.ts";
import { IntegrityError } from "../../../lib/base/errors.ts";
import {
  type BlobSink,
  downloadBlob,
  downloadDocument,
} from "../../../lib/registry/download.ts";
import { endpointOf } from "../../../lib/registry/endpoint.ts";
import { RegistryError } from "../../../lib/registry/registry_error.ts";
import { PassingError, type Patience } from "../../../lib/registry/retry.ts";
import { RegistrySession } from "../../../lib/registry/session.ts";
import {
  brokenBody,
  type Bytes,
  type Fault,
  HASTE,
  someBytes,
  surroundings,
  TestRegistry,
} from "../../support/registry.ts";

const BLOB = someBytes(100_000);

/** Takes everything, and can be asked what it was. */
class Taken implements BlobSink {
  readonly pieces: Bytes[] = [];
  retries = 0;

  constructor(readonly offset = 0) {}

  take(piece: Bytes): void {
    this.pieces.push(piece.slice());
  }

  onRetry(): void {
    this.retries++;
  }

  async bytes(): Promise<Bytes> {
    return new Uint8Array(await new Blob(this.pieces).arrayBuffer());
  }
}

interface Outcome {
  readonly taken: Taken;
  readonly registry: TestRegistry;
  readonly digest: Digest;
}

/** Downloads the blob from a registry with a fault. */
async function download(
  fault: Fault,
  { sink = new Taken(), patience = HASTE, size = BLOB.length }: {
    sink?: Taken;
    patience?: Patience;
    size?: number;
  } = {},
): Promise<Outcome> {
  await using registry = new TestRegistry({ fault });
  using around = surroundings({ patience });
  const { digest } = await registry.addBlob(BLOB);
  const session = new RegistrySession(
    endpointOf(registry.host, new Map()),
    around,
  );
  await downloadBlob(session, "a/b", { digest, size }, sink);
  return { taken: sink, registry, digest };
}

/** The ranges that were asked for, one for each attempt. */
function ranges(registry: TestRegistry): (string | null)[] {
  return registry.seen.filter(({ path }) => path.includes("/blobs/"))
    .map(({ headers }) => headers.get("range"));
}

function isBlob({ path }: { path: string }): boolean {
  return path.includes("/blobs/");
}

Deno.test("downloadBlob() gives every byte once", async () => {
  const { taken, registry } = await download(() => undefined);
  assert.deepEqual(await taken.bytes(), BLOB);
  assert.deepEqual(ranges(registry), [null]);
});

Deno.test("downloadBlob() goes on where the connection broke", async () => {
  let count = 0;
  const { taken, registry } = await download((request) =>
    isBlob(request) && count++ === 0
      ? new Response(brokenBody(BLOB.slice(0, 30_000)))
      : undefined
  );
  assert.deepEqual(await taken.bytes(), BLOB);
  assert.equal(taken.retries, 1);
  assert.deepEqual(ranges(registry), [null, "bytes=30000-"]);
});

Deno.test("downloadBlob() goes on after what there was before", async () => {
  const sink = new Taken(60_000);
  const { taken, registry } = await download(() => undefined, { sink });
  assert.deepEqual(await taken.bytes(), BLOB.slice(60_000));
  assert.deepEqual(ranges(registry), ["bytes=60000-"]);
});

Deno.test("downloadBlob() skips what a registry without ranges sends again", async () => {
  const sink = new Taken(70_000);
  const { taken } = await download(
    (request) => isBlob(request) ? new Response(BLOB) : undefined,
    { sink },
  );
  assert.deepEqual(await taken.bytes(), BLOB.slice(70_000));
});

Deno.test("downloadBlob() asks for nothing if all is there", async () => {
  const sink = new Taken(BLOB.length);
  const { registry } = await download(() => undefined, { sink });
  assert.deepEqual(ranges(registry), []);
});

Deno.test("downloadBlob() stops at more bytes than there should be", async () => {
  let isCancelled = false;
  const endless = new ReadableStream<Bytes>({
    pull: (controller) => controller.enqueue(someBytes(10_000)),
    cancel: () => void (isCancelled = true),
  });
  await assert.rejects(
    download((request) => isBlob(request) ? new Response(endless) : undefined),
    (error: Error) =>
      error instanceof IntegrityError &&
      /sends more than its 100000 bytes$/.test(error.message),
  );
  assert.ok(isCancelled);
});

Deno.test("downloadBlob() gives up on a registry that always sends less", async () => {
  const sink = new Taken();
  await assert.rejects(
    download((request) => {
      if (!isBlob(request)) return undefined;
      return request.headers.has("range")
        ? new Response(null, {
          status: 206,
          headers: { "content-range": "bytes 5-99999/100000" },
        })
        : new Response(BLOB.slice(0, 5));
    }, { sink }),
    /it ended after 5 of 100000 bytes$/,
  );
  assert.equal(sink.retries, HASTE.attempts - 1);
});

Deno.test("downloadBlob() does not believe another range than asked for", async () => {
  await assert.rejects(
    download((request) =>
      isBlob(request)
        ? new Response(BLOB.slice(1), {
          status: 206,
          headers: { "content-range": "bytes 1-99999/100000" },
        })
        : undefined, { sink: new Taken(10) }),
    (error: Error) =>
      error instanceof PassingError &&
      error.message.endsWith('the registry sends "bytes 1-99999/100000"'),
  );
});

Deno.test("downloadBlob() waits as long as a busy registry asks for", async () => {
  const waits: number[] = [];
  let count = 0;
  const { taken } = await download((request) => {
    if (!isBlob(request) || count++ > 1) return undefined;
    return count === 1
      ? new Response(null, { status: 429, headers: { "retry-after": "7" } })
      : new Response(null, { status: 503 });
  }, {
    patience: {
      ...HASTE,
      longestWaitMs: 60_000,
      wait: (ms) => Promise.resolve(void waits.push(ms)),
    },
  });
  assert.deepEqual(await taken.bytes(), BLOB);
  assert.deepEqual(waits, [7000, 1.5]);
});

Deno.test("downloadBlob() gives up at once where nothing helps", async () => {
  const sink = new Taken();
  await assert.rejects(
    download(
      (request) =>
        isBlob(request) ? new Response(null, { status: 403 }) : undefined,
      { sink },
    ),
    (error: Error) => error instanceof RegistryError && error.status === 403,
  );
  assert.equal(sink.retries, 0);
});

Deno.test("downloadBlob() does not wait for ever for a silent registry", async () => {
  await assert.rejects(
    download((request) =>
      isBlob(request)
        ? new Response(
          new ReadableStream<Bytes>({
            start: (controller) => controller.enqueue(BLOB.slice(0, 10)),
          }),
        )
        : undefined, { patience: { ...HASTE, silenceMs: 30, attempts: 1 } }),
    /nothing came for 0 s$/,
  );
});

Deno.test("downloadBlob() shows no other host its credentials", async () => {
  await using other = new TestRegistry();
  await using registry = new TestRegistry({
    auth: { scheme: "basic", pair: "me:secret" },
    fault: async (request, answer) => {
      const response = await answer();
      return isBlob(request) && response.ok
        ? new Response(null, {
          status: 307,
          headers: { location: `http://${other.host}${request.path}?key=1` },
        })
        : response;
    },
  });
  using around = surroundings({
    credentials: () =>
      Promise.resolve({ kind: "password", username: "me", password: "secret" }),
  });
  const { digest, size } = await other.addBlob(BLOB);
  registry.blobs.set(digest, BLOB);
  const session = new RegistrySession(
    endpointOf(registry.host, new Map()),
    around,
  );
  const taken = new Taken();
  await downloadBlob(session, "a/b", { digest, size }, taken);
  assert.deepEqual(await taken.bytes(), BLOB);
  const shown = registry.seen.map(({ headers }) =>
    headers.get("authorization")
  );
  assert.deepEqual(shown, [null, null, "Basic bWU6c2VjcmV0"]);
  assert.deepEqual(
    other.seen.map(({ headers }) => headers.get("authorization")),
    [null],
  );
});

Deno.test("downloadDocument() verifies what came", async () => {
  await using registry = new TestRegistry();
  using around = surroundings();
  const session = new RegistrySession(
    endpointOf(registry.host, new Map()),
    around,
  );
  const { digest, size } = await registry.addBlob(BLOB);
  assert.deepEqual(
    await downloadDocument(session, "a", { digest, size }),
    BLOB,
  );
  const wrong = await digestOf(new Uint8Array(1));
  registry.blobs.set(wrong, BLOB);
  await assert.rejects(
    downloadDocument(session, "a", { digest: wrong, size }),
    IntegrityError,
  );
  await assert.rejects(
    downloadDocument(session, "a", { digest, size: 5 * 1024 ** 2 }),
    /5242880 bytes are too many for a document$/,
  );
});
