/**
 * A registry in the test's own process, small and obedient: it can be told to
 * misbehave in any way.
 *
 * @module
 * @see distribution-spec 1.1
 */
import { type Digest, digestOf } from "../../lib/base/digest.ts";
import type { Registries } from "../../lib/registry/registries.ts";
import { PATIENCE, type Patience } from "../../lib/registry/retry.ts";
import type { Surroundings } from "../../lib/registry/session.ts";
import { Transports } from "../../lib/registry/transport.ts";

/** Bytes that are no one else's. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A request as the registry saw it. */
export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: Bytes;
}

/** What a request gets in place of an answer; `undefined` for the answer. */
export type Fault = (
  request: SeenRequest,
  answer: () => Promise<Response>,
) => Response | undefined | Promise<Response | undefined>;

/** How a registry is to be. */
export interface RegistryOptions {
  readonly fault?: Fault;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Who may ask, as `NAME:PASSWORD`, and how. */
  readonly auth?: {
    readonly scheme: "basic" | "bearer";
    readonly pair: string;
  };
}

/** What a manifest's name leads to. */
interface StoredManifest {
  readonly type: string;
  readonly bytes: Bytes;
}

const TOKEN = "a-token";

/** A registry that runs until the scope ends. */
export class TestRegistry implements AsyncDisposable {
  readonly blobs = new Map<string, Bytes>();
  /** By `REPOSITORY/TAG` and `REPOSITORY/DIGEST`. */
  readonly manifests = new Map<string, StoredManifest>();
  readonly seen: SeenRequest[] = [];
  readonly #uploads = new Map<string, Bytes>();
  readonly #options: RegistryOptions;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(options: RegistryOptions = {}) {
    this.#options = options;
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
      // What a test breaks on purpose is no news.
      onError: () => new Response(null, { status: 500 }),
      ...options.tls,
    }, (request) => this.#serve(request));
  }

  /** Host and port. */
  get host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  /** The requests by method and path. */
  get asked(): string[] {
    return this.seen.map(({ method, path }) => `${method} ${path}`);
  }

  /** Has a blob. */
  async addBlob(bytes: Bytes): Promise<{ digest: Digest; size: number }> {
    const digest = await digestOf(bytes);
    this.blobs.set(digest, bytes);
    return { digest, size: bytes.length };
  }

  /** Has a manifest, by its digest and perhaps a tag. */
  async addManifest(
    repository: string,
    document: Record<string, unknown>,
    tag?: string,
  ): Promise<{ mediaType: string; digest: Digest; size: number }> {
    const bytes = encode(JSON.stringify(document));
    const digest = await digestOf(bytes);
    const type = String(document["mediaType"]);
    for (const name of [digest, ...(tag === undefined ? [] : [tag])]) {
      this.manifests.set(`${repository}/${name}`, { type, bytes });
    }
    return { mediaType: type, digest, size: bytes.length };
  }

  async #serve(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const seen = {
      method: request.method,
      path: pathname + search,
      headers: request.headers,
      body: new Uint8Array(await request.arrayBuffer()),
    };
    this.seen.push(seen);
    const answer = (): Promise<Response> => this.#answer(seen);
    return await this.#options.fault?.(seen, answer) ?? await answer();
  }

  async #answer(seen: SeenRequest): Promise<Response> {
    const { pathname, searchParams } = new URL(seen.path, "http://registry");
    if (pathname === "/token") return this.#issue(seen);
    if (!this.#isKnown(seen)) return this.#challenge();
    if (pathname === "/v2/") return Response.json({});
    const [, repository = "", kind = "", name = ""] =
      /^\/v2\/(.+?)\/(manifests|blobs\/uploads|blobs)\/(.*)$/.exec(pathname) ??
        [];
    if (kind === "manifests") {
      return await this.#manifest(seen, repository, name);
    }
    if (kind === "blobs") return this.#blob(seen, name);
    return await this.#upload(seen, { repository, name, query: searchParams });
  }

  #isKnown({ headers }: SeenRequest): boolean {
    const { auth } = this.#options;
    if (auth === undefined) return true;
    const shown = headers.get("authorization");
    return auth.scheme === "bearer"
      ? shown === `Bearer ${TOKEN}`
      : shown === `Basic ${btoa(auth.pair)}`;
  }

  #challenge(): Response {
    const { auth, tls } = this.#options;
    const scheme = tls === undefined ? "http" : "https";
    const realm = `${scheme}://${this.host}/token`;
    const header = auth?.scheme === "bearer"
      ? `Bearer realm="${realm}",service="test"`
      : 'Basic realm="test"';
    return refuse(401, "UNAUTHORIZED", { "www-authenticate": header });
  }

  #issue({ headers, body }: SeenRequest): Response {
    const { auth } = this.#options;
    const pair = headers.get("authorization");
    const text = new TextDecoder().decode(body);
    const isRefreshed = new URLSearchParams(text).get("refresh_token") ===
      "identity";
    const isKnown = pair === `Basic ${btoa(auth?.pair ?? "")}` || isRefreshed;
    if (!isKnown) return refuse(401, "UNAUTHORIZED");
    return Response.json({ token: TOKEN, expires_in: 300 });
  }

  async #manifest(
    { method, headers, body }: SeenRequest,
    repository: string,
    name: string,
  ): Promise<Response> {
    if (method === "PUT") {
      const digest = await digestOf(body);
      const type = headers.get("content-type") ?? "";
      for (const key of [digest, name]) {
        this.manifests.set(`${repository}/${key}`, { type, bytes: body });
      }
      return new Response(null, {
        status: 201,
        headers: { "docker-content-digest": digest },
      });
    }
    const found = this.manifests.get(`${repository}/${name}`);
    if (found === undefined) return refuse(404, "MANIFEST_UNKNOWN");
    return new Response(method === "HEAD" ? null : found.bytes, {
      headers: {
        "content-type": found.type,
        "docker-content-digest": await digestOf(found.bytes),
      },
    });
  }

  #blob({ method, headers }: SeenRequest, digest: string): Response {
    const bytes = this.blobs.get(digest);
    if (bytes === undefined) return refuse(404, "BLOB_UNKNOWN");
    if (method === "HEAD") return new Response(null);
    const range = /^bytes=(\d+)-$/.exec(headers.get("range") ?? "");
    if (range === null) return new Response(bytes);
    const start = Number(range[1]);
    return new Response(bytes.slice(start), {
      status: 206,
      headers: {
        "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
      },
    });
  }

  async #upload(
    { method, body }: SeenRequest,
    { repository, name, query }: {
      repository: string;
      name: string;
      query: URLSearchParams;
    },
  ): Promise<Response> {
    if (method === "POST") {
      const mount = query.get("mount");
      const isThere = mount !== null && this.blobs.has(mount);
      if (isThere) return new Response(null, { status: 201 });
      const id = crypto.randomUUID();
      this.#uploads.set(id, new Uint8Array(0));
      return progress(202, repository, id, 0);
    }
    const before = this.#uploads.get(name);
    if (before === undefined) return refuse(404, "BLOB_UPLOAD_UNKNOWN");
    const whole = concat(before, body);
    this.#uploads.set(name, whole);
    if (method === "GET") return progress(204, repository, name, whole.length);
    if (method === "PATCH") {
      return progress(202, repository, name, whole.length);
    }
    const digest = await digestOf(whole);
    if (digest !== query.get("digest")) return refuse(400, "DIGEST_INVALID");
    this.blobs.set(digest, whole);
    return new Response(null, { status: 201 });
  }

  /** What has arrived of an upload that was broken. */
  receive(path: string, bytes: Bytes): void {
    const id = path.replace(/^.*\//, "").replace(/\?.*$/, "");
    this.#uploads.set(
      id,
      concat(this.#uploads.get(id) ?? bytes.slice(0, 0), bytes),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function progress(
  status: number,
  repository: string,
  id: string,
  size: number,
): Response {
  return new Response(null, {
    status,
    headers: {
      location: `/v2/${repository}/blobs/uploads/${id}?state=x`,
      range: `0-${Math.max(0, size - 1)}`,
    },
  });
}

function refuse(
  status: number,
  code: string,
  headers: Record<string, string> = {},
): Response {
  const message = code.toLowerCase().replaceAll("_", " ");
  return Response.json({ errors: [{ code, message }] }, { status, headers });
}

/** A body that breaks after some bytes, and its connection with it. */
export function brokenBody(bytes: Bytes): ReadableStream<Bytes> {
  let isSent = false;
  return new ReadableStream({
    async pull(controller): Promise<void> {
      if (!isSent) {
        isSent = true;
        controller.enqueue(bytes);
        return;
      }
      // Or they would be lost with the connection.
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.error(new Error("broken"));
    },
  });
}

/** In a hurry, and always with the same luck. */
export const HASTE: Patience = {
  ...PATIENCE,
  firstWaitMs: 1,
  longestWaitMs: 50,
  // Longer than anything takes on a slow machine.
  silenceMs: 10_000,
  random: () => 0.5,
};

/** Surroundings of sessions in tests; closed with their scope. */
export function surroundings(
  changes: Partial<Surroundings> = {},
): Surroundings & Disposable {
  const transports = new Transports();
  const registries: Registries = new Map();
  return {
    transports,
    registries,
    credentials: () => Promise.resolve(undefined),
    patience: HASTE,
    signal: new AbortController().signal,
    ...changes,
    [Symbol.dispose]: () => transports[Symbol.dispose](),
  };
}

/** So many bytes, always the same. */
export function someBytes(length: number): Bytes {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 0xff);
}

/** Text as bytes. */
export function encode(text: string): Bytes {
  return new TextEncoder().encode(text);
}

function concat(a: Bytes, b: Bytes): Bytes {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
