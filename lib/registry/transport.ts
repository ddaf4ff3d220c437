/**
 * Requests by HTTP as they are, without redirects, retries or credentials.
 * Deno's own `fetch` honours `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; this
 * machine is reached without.
 *
 * @module
 */
import { HostError } from "../base/errors.ts";
import { SYSTEM_CERTIFICATES } from "../base/host_paths.ts";
import { pathExists } from "../base/path_exists.ts";
import { readSettingsFile } from "../base/settings_file.ts";
import type { Protocol } from "./endpoint.ts";
import { withoutLoopbackProxy } from "./loopback_proxy.ts";

/** What to ask. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "PUT";
  readonly url: URL;
  readonly headers: Headers;
  /** A stream is sent without its length being told, and only once. */
  readonly body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** Ends the request, and the reading of its answer. */
  readonly signal: AbortSignal;
}

/** Sends a request; it throws if there is no answer. */
export type Transport = (request: HttpRequest) => Promise<Response>;

/** Transports as they are needed, closed together. */
export class Transports implements Disposable {
  readonly #clients = new Map<string, Deno.HttpClient>();

  /**
   * The transport for a protocol.
   *
   * @param ca A file of certificates, in PEM.
   * @throws {HostError} If it cannot be read.
   */
  for(protocol: Protocol, ca: string | undefined): Transport {
    if (protocol === "unverified-https") return sendUnverified;
    const client = this.#clientOf(protocol, ca);
    return async ({ url, ...request }) =>
      await fetch(url, {
        ...request,
        body: request.body ?? null,
        redirect: "manual",
        client,
      });
  }

  #clientOf(protocol: Protocol, ca: string | undefined): Deno.HttpClient {
    const key = protocol === "http" ? protocol : `https ${ca ?? ""}`;
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const client = withoutLoopbackProxy(() =>
      protocol === "http" ? Deno.createHttpClient({}) : createTlsClient(ca)
    );
    this.#clients.set(key, client);
    return client;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}

/** `fetch` verifies every certificate; this is for who wants none verified. */
async function sendUnverified(request: HttpRequest): Promise<Response> {
  const { sendByNode } = await import("./unverified_https.ts");
  return await sendByNode(request);
}

/** Deno brings the certificates of browsers; here the system's count, too. */
function createTlsClient(ca: string | undefined): Deno.HttpClient {
  const system = SYSTEM_CERTIFICATES.find(pathExists);
  const caCerts = [
    ...(system === undefined ? [] : [Deno.readTextFileSync(system)]),
    ...(ca === undefined ? [] : [readCertificates(ca)]),
  ];
  try {
    return Deno.createHttpClient({ caCerts });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new HostError(
      `Cannot read the certificates "${ca ?? system}": ${cause.message}`,
      { cause },
    );
  }
}

function readCertificates(path: string): string {
  const text = readSettingsFile(path);
  if (text === undefined) {
    throw new HostError(`Cannot read the certificates "${path}": No such file`);
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new HostError(`Cannot read the certificates "${path}": it has none`, {
    advice: "PEM is what it should be",
  });
}
