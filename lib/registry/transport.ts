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
import type {
  Certificates,
  ClientCertificate,
} from "./certificate_directories.ts";
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

const NONE: Certificates = { ca: [] };

/** Transports as they are needed, closed together. */
export class Transports implements Disposable {
  readonly #clients = new Map<string, Deno.HttpClient>();

  /**
   * The transport for a protocol.
   *
   * @param certificates For TLS; without them, those that the system trusts.
   * @throws {HostError} If one of the files cannot be used.
   */
  for(protocol: Protocol, certificates: Certificates = NONE): Transport {
    if (protocol === "unverified-https") return unverified(certificates);
    const client = this.#clientOf(protocol, certificates);
    return async ({ url, ...request }) =>
      await fetch(url, {
        ...request,
        body: request.body ?? null,
        redirect: "manual",
        client,
      });
  }

  #clientOf(protocol: Protocol, certificates: Certificates): Deno.HttpClient {
    const key = protocol === "http"
      ? protocol
      : `https ${JSON.stringify(certificates)}`;
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const client = withoutLoopbackProxy(() =>
      protocol === "http"
        ? Deno.createHttpClient({})
        : createTlsClient(certificates)
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
function unverified({ client }: Certificates): Transport {
  const shown = client && readClient(client);
  return async (request) => {
    const { sendByNode } = await import("./unverified_https.ts");
    return await sendByNode(request, shown);
  };
}

/** Deno brings the certificates of browsers; here the system's count, too. */
function createTlsClient({ ca, client }: Certificates): Deno.HttpClient {
  const system = SYSTEM_CERTIFICATES.find(pathExists);
  const caCerts = [
    ...(system === undefined ? [] : [Deno.readTextFileSync(system)]),
    ...ca.map(readCertificates),
  ];
  try {
    return Deno.createHttpClient({ caCerts, ...client && readClient(client) });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const files = [...ca, ...Object.values(client ?? {})];
    const names = (files.length === 0 ? [system ?? ""] : files).join('", "');
    throw new HostError(
      `Cannot read the certificates "${names}": ${cause.message}`,
      { cause },
    );
  }
}

/** Our own certificate and its key, as text. */
function readClient({ cert, key }: ClientCertificate): ClientCertificate {
  return { cert: readCertificates(cert), key: readPem(key, "PRIVATE KEY") };
}

function readCertificates(path: string): string {
  return readPem(path, "CERTIFICATE");
}

/** @param what What `-----BEGIN …-----` has to end with. */
function readPem(path: string, what: string): string {
  const text = readSettingsFile(path);
  if (text === undefined) {
    throw new HostError(`Cannot read the certificates "${path}": No such file`);
  }
  if (new RegExp(`-----BEGIN [A-Z ]*${what}-----`).test(text)) return text;
  throw new HostError(`Cannot read the certificates "${path}": it has none`, {
    advice: "PEM is what it should be",
  });
}
