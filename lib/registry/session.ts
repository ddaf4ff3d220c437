/**
 * Questions to one registry or mirror: by the protocol it speaks, with the
 * credentials it asks for.
 *
 * @module
 * @see distribution-spec 1.1, "API"
 */
import { Authorizer } from "./authorizer.ts";
import { piecesOf, type Reading, readWhole } from "./body.ts";
import { parseChallenges } from "./challenge.ts";
import type { CredentialSource } from "./credentials/credentials.ts";
import type { Endpoint, Protocol } from "./endpoint.ts";
import { Line } from "./line.ts";
import { reachBy } from "./reach.ts";
import { refusalOf } from "./refusal.ts";
import type { Registries } from "./registries.ts";
import { RegistryError } from "./registry_error.ts";
import { PassingError, type Patience, persist } from "./retry.ts";
import type { HttpRequest, Transports } from "./transport.ts";

/** What every session is given. */
export interface Surroundings {
  readonly transports: Transports;
  readonly registries: Registries;
  readonly credentials: CredentialSource;
  readonly patience: Patience;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** What to ask the registry. */
export interface Question {
  readonly method: HttpRequest["method"];
  /** Below `/v2/`, or an address that the registry has given. */
  readonly path: string | URL;
  /** What the answer needs permission for: `repository:a/b:pull`. */
  readonly scopes: readonly string[];
  /** What errors begin with: `Cannot get the manifest of "a:1"`. */
  readonly attempt: string;
  /** Statuses that are answers; others are errors. */
  readonly expected: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is read at most once, so an expired token makes it fail. */
  readonly body?: HttpRequest["body"];
  /** As in `LineRequest`. */
  readonly listen?: (heard: () => void) => void;
}

const UNAUTHORIZED = 401;

/** Questions to one endpoint. */
export class RegistrySession {
  readonly endpoint: Endpoint;
  readonly surroundings: Surroundings;
  readonly #authorizer: Authorizer;
  readonly #line: Line;
  #base: Promise<URL> | undefined;

  constructor(endpoint: Endpoint, surroundings: Surroundings) {
    const { transports, registries, credentials, signal } = surroundings;
    const { silenceMs } = surroundings.patience;
    this.endpoint = endpoint;
    this.surroundings = surroundings;
    const reach = reachBy(transports, registries);
    this.#line = new Line({ reach, silenceMs, signal });
    this.#authorizer = new Authorizer(
      this.#line,
      endpoint.registry,
      credentials,
    );
  }

  /** Knows what the registry has asked for so far. */
  get authorizer(): Authorizer {
    return this.#authorizer;
  }

  /** The path of a repository below `/v2/`. */
  pathOf(repository: string): string {
    return `${this.endpoint.prefix}${repository}`;
  }

  /** The scope of a repository, as the registry calls it. */
  scope(repository: string, actions: "pull" | "pull,push"): string {
    return `repository:${this.pathOf(repository)}:${actions}`;
  }

  /** Asks, again and again while that may help. */
  async ask(question: Question): Promise<Response> {
    const { patience, signal } = this.surroundings;
    return await persist(patience, signal, () => this.askOnce(question));
  }

  /**
   * Asks once, or twice if the registry wants to know who asks.
   *
   * @returns An answer of an expected status; its body has to be read or
   * cancelled.
   * @throws {PassingError} If it may be worth asking again.
   * @throws {RegistryError} If it is not.
   */
  async askOnce(question: Question): Promise<Response> {
    const { attempt, expected, scopes, body } = question;
    const base = await this.base();
    const proof = await this.#authorizer.authorization(base, scopes);
    const response = await this.#send(base, question, proof);
    if (expected.includes(response.status)) return response;
    if (response.status !== UNAUTHORIZED) {
      throw await this.#refusal(response, attempt);
    }
    const challenges = parseChallenges(
      response.headers.get("www-authenticate") ?? "",
    );
    const refusal = await this.#refusal(response, attempt);
    if (!this.#authorizer.heed(challenges, proof)) throw refusal;
    if (body instanceof ReadableStream) {
      throw new PassingError(UNAUTHORIZED, undefined, refusal.message);
    }
    const better = await this.#authorizer.authorization(base, scopes);
    const again = await this.#send(base, question, better);
    if (expected.includes(again.status)) return again;
    throw await this.#refusal(again, attempt);
  }

  /** The registry's origin, once one of its protocols has been answered. */
  async base(): Promise<URL> {
    this.#base ??= this.#findBase();
    try {
      return await this.#base;
    } catch (error) {
      this.#base = undefined;
      throw error;
    }
  }

  async #findBase(): Promise<URL> {
    const { protocols, host } = this.endpoint;
    const [first, ...others] = protocols.map((name) => originOf(name, host));
    if (first === undefined) throw new TypeError("No protocol is allowed");
    if (others.length === 0) return first;
    const failures: unknown[] = [];
    for (const base of [first, ...others]) {
      try {
        if (await this.#isSpokenAt(base)) return base;
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        failures.push(error);
      }
    }
    throw failures[0] ?? new RegistryError(
      0,
      undefined,
      `Cannot reach "${host}": it answers neither by HTTP nor by HTTPS`,
    );
  }

  /** A server of TLS that is spoken to in plain text says 400, if anything. */
  async #isSpokenAt(base: URL): Promise<boolean> {
    const BAD_REQUEST = 400;
    const response = await this.#line.send({
      method: "GET",
      url: new URL("/v2/", base),
      headers: new Headers(),
    });
    await response.body?.cancel();
    return response.status !== BAD_REQUEST;
  }

  async #send(
    base: URL,
    { method, path, body, listen, headers: own }: Question,
    proof: string | undefined,
  ): Promise<Response> {
    const url = new URL(typeof path === "string" ? `/v2/${path}` : path, base);
    assertAsSafe(url, base);
    const headers = new Headers(own);
    headers.set("user-agent", "tsdocker");
    // What is asked for is digests of content as it is.
    headers.set("accept-encoding", "identity");
    if (url.origin === base.origin && proof !== undefined) {
      headers.set("authorization", proof);
    }
    return await this.#line.send({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(listen === undefined ? {} : { listen }),
    });
  }

  /** The content of an answer, as a stream that breaks rather than hangs. */
  pieces(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    return piecesOf(response, this.#reading);
  }

  /** The content of an answer that should be small. */
  async whole(
    response: Response,
    maxBytes: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return await readWhole(response, maxBytes, this.#reading);
  }

  get #reading(): Reading {
    const { silenceMs } = this.surroundings.patience;
    return { host: this.endpoint.host, silenceMs };
  }

  async #refusal(response: Response, attempt: string): Promise<RegistryError> {
    return await refusalOf(response, attempt, this.#reading);
  }
}

/**
 * The registry may send us anywhere, but not to other protocols, nor from TLS
 * to plain HTTP.
 */
function assertAsSafe(url: URL, { host, protocol }: URL): void {
  if (url.protocol === "https:" || url.protocol === protocol) return;
  throw new RegistryError(
    0,
    undefined,
    `Cannot go on with "${host}": it sends us to "${url.protocol}"`,
  );
}

function originOf(protocol: Protocol, host: string): URL {
  const origin = `${protocol === "http" ? "http" : "https"}://${host}`;
  if (URL.canParse(origin)) return new URL(origin);
  throw new RegistryError(
    0,
    undefined,
    `Cannot reach "${host}": no host is called that`,
  );
}
