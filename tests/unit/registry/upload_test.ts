import assert from "node:assert/strict";
import { digestOf } from "../../../lib/base/digest.ts";
import { endpointOf } from "../../../lib/registry/endpoint.ts";
import { RegistryError } from "../../../lib/registry/registry_error.ts";
import { RegistrySession } from "../../../lib/registry/session.ts";
import {
  type BlobSource,
  uploadBlob,
  type Uploaded,
} from "../../../lib/registry/upload.ts";
import {
  type Bytes,
  type Fault,
  type RegistryOptions,
  someBytes,
  surroundings,
  TestRegistry,
} from "../../support/registry.ts";

const BLOB = someBytes(200_000);
const DIGEST = await digestOf(BLOB);
const PIECE = 16 * 1024;

/** The blob, with a note of where it was read from. */
class Source implements BlobSource {
  readonly digest = DIGEST;
  readonly size = BLOB.length;
  readonly offsets: number[] = [];

  async *read(offset: number): AsyncGenerator<Bytes> {
    this.offsets.push(offset);
    for (let at = offset; at < BLOB.length; at += PIECE) {
      yield await Promise.resolve(BLOB.slice(at, at + PIECE));
    }
  }
}

interface Outcome {
  readonly uploaded: Uploaded;
  readonly registry: TestRegistry;
  readonly source: Source;
}

/** Uploads the blob to `a/b`. */
async function upload(
  options: RegistryOptions = {},
  { candidates = [], has }: { candidates?: string[]; has?: Bytes } = {},
): Promise<Outcome> {
  await using registry = new TestRegistry(options);
  if (has !== undefined) await registry.addBlob(has);
  using around = surroundings({
    credentials: () =>
      Promise.resolve({ kind: "password", username: "me", password: "pw" }),
  });
  const session = new RegistrySession(
    endpointOf(registry.host, new Map()),
    around,
  );
  const source = new Source();
  const uploaded = await uploadBlob(
    session,
    { repository: "a/b", candidates },
    source,
  );
  assert.deepEqual(registry.blobs.get(DIGEST), BLOB);
  return { uploaded, registry, source };
}

/** What was asked, without what differs each time. */
function asked(registry: TestRegistry): string[] {
  return registry.asked.map((line) =>
    line.replace(/uploads\/[0-9a-f-]{36}/, "uploads/ID")
  ).filter((line) => line !== "GET /v2/");
}

Deno.test("uploadBlob() sends nothing that is there", async () => {
  const { uploaded, registry, source } = await upload({}, { has: BLOB });
  assert.deepEqual(uploaded, { kind: "existed" });
  assert.deepEqual(asked(registry), [`HEAD /v2/a/b/blobs/${DIGEST}`]);
  assert.deepEqual(source.offsets, []);
});

Deno.test("uploadBlob() sends it in one go", async () => {
  const { uploaded, registry } = await upload();
  assert.deepEqual(uploaded, { kind: "pushed" });
  const query = `state=x&digest=${DIGEST.replace(":", "%3A")}`;
  assert.deepEqual(asked(registry), [
    `HEAD /v2/a/b/blobs/${DIGEST}`,
    "POST /v2/a/b/blobs/uploads/",
    "PATCH /v2/a/b/blobs/uploads/ID?state=x",
    `PUT /v2/a/b/blobs/uploads/ID?${query}`,
  ]);
});

Deno.test("uploadBlob() logs in before it sends", async () => {
  for (const scheme of ["basic", "bearer"] as const) {
    const { source } = await upload({ auth: { scheme, pair: "me:pw" } });
    assert.deepEqual(source.offsets, [0]);
  }
});

/** Answers that nothing is there, though it is. */
const HIDDEN: Fault = ({ method }) =>
  method === "HEAD" ? new Response(null, { status: 404 }) : undefined;

Deno.test("uploadBlob() mounts what another repository has", async () => {
  const { uploaded, registry } = await upload(
    { fault: HIDDEN },
    { has: BLOB, candidates: ["c/d"] },
  );
  assert.deepEqual(uploaded, { kind: "mounted", from: "c/d" });
  assert.equal(
    asked(registry).at(-1),
    `POST /v2/a/b/blobs/uploads/?mount=${DIGEST}&from=c%2Fd`,
  );
});

Deno.test("uploadBlob() sends what cannot be mounted", async () => {
  const { uploaded, registry } = await upload({}, { candidates: ["c/d"] });
  assert.deepEqual(uploaded, { kind: "pushed" });
  const begun = asked(registry).filter((line) => line.startsWith("POST"));
  assert.equal(begun.length, 1);
});

Deno.test("uploadBlob() sends what it may not read elsewhere", async () => {
  const { uploaded, registry } = await upload({
    fault: ({ path }) =>
      path.includes("mount=") ? new Response(null, { status: 403 }) : undefined,
  }, { candidates: ["c/d", "e/f"] });
  assert.deepEqual(uploaded, { kind: "pushed" });
  const begun = asked(registry).filter((line) => line.startsWith("POST"));
  assert.equal(begun.length, 3);
});

Deno.test("uploadBlob() goes on where it broke", async () => {
  let isBroken = false;
  const fault: Fault = ({ method, path, body }) => {
    if (method !== "PATCH" || isBroken) return undefined;
    isBroken = true;
    kept.registry?.receive(path, body.slice(0, 50_000));
    return new Response(null, { status: 502 });
  };
  const kept: { registry?: TestRegistry } = {};
  await using registry = new TestRegistry({ fault });
  kept.registry = registry;
  using around = surroundings();
  const session = new RegistrySession(
    endpointOf(registry.host, new Map()),
    around,
  );
  const source = new Source();
  await uploadBlob(session, { repository: "a/b", candidates: [] }, source);
  assert.deepEqual(registry.blobs.get(DIGEST), BLOB);
  assert.deepEqual(source.offsets, [0, 50_000]);
  const last = registry.seen.filter(({ method }) => method === "PATCH").at(-1);
  assert.equal(last?.headers.get("content-range"), "50000-199999");
});

Deno.test("uploadBlob() begins anew if the registry forgot", async () => {
  let count = 0;
  const { source, registry } = await upload({
    fault: ({ method }) => {
      if (method === "PATCH" && count++ === 0) {
        return new Response(null, { status: 500 });
      }
      return method === "GET" && count === 1
        ? new Response(null, { status: 404 })
        : undefined;
    },
  });
  assert.deepEqual(source.offsets, [0, 0]);
  const begun = asked(registry).filter((line) => line.startsWith("POST"));
  assert.equal(begun.length, 2);
});

Deno.test("uploadBlob() gives up where nothing helps", async () => {
  await assert.rejects(
    upload({
      fault: ({ method }) =>
        method === "POST" ? new Response(null, { status: 405 }) : undefined,
    }),
    (error: Error) => error instanceof RegistryError && error.status === 405,
  );
  await assert.rejects(
    upload({
      fault: ({ method }) =>
        method === "PUT" ? new Response(null, { status: 400 }) : undefined,
    }),
    /^RegistryError: Cannot finish to upload sha256:/,
  );
});
