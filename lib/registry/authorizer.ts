/**
 * Proves to one registry who we are, as it asks for it. Tokens are kept for
 * what they are good for, and fetched once for all who wait for one.
 *
 * @module
 */
import { readWhole } from "./body.ts";
import type { Challenge } from "./challenge.ts";
import {
  basicAuthorization,
  type CredentialSource,
} from "./credentials/credentials.ts";
import type { Line } from "./line.ts";
import { refusalOf } from "./refusal.ts";
import {
  parseToken,
  type Token,
  type TokenQuestion,
  tokenRequest,
} from "./token.ts";

const MAX_TOKEN_BYTES = 64 * 1024;

/** The values of `Authorization` for one registry. */
export class Authorizer {
  readonly #line: Line;
  readonly #credentials: CredentialSource;
  readonly #registry: string;
  readonly #tokens = new Map<string, Promise<Token>>();
  /** What was shown and not good enough. */
  readonly #refused = new Set<string>();
  #challenge: Challenge | undefined;

  /** @param registry The name its credentials are kept under. */
  constructor(line: Line, registry: string, credentials: CredentialSource) {
    this.#line = line;
    this.#registry = registry;
    this.#credentials = credentials;
  }

  /**
   * Takes note of what the registry asks for.
   *
   * @param shown The value of `Authorization` that was not good enough.
   * @returns Whether there is anything that we can do about it.
   */
  heed(challenges: readonly Challenge[], shown: string | undefined): boolean {
    const usable = challenges.find(({ scheme }) => scheme === "bearer") ??
      challenges.find(({ scheme }) => scheme === "basic");
    if (usable === undefined) return false;
    this.#challenge = usable;
    if (shown !== undefined) this.#refused.add(shown);
    return true;
  }

  /**
   * The value of `Authorization`, or `undefined` if none was asked for or
   * there is none.
   *
   * @param base The registry's own origin.
   */
  async authorization(
    base: URL,
    scopes: readonly string[],
  ): Promise<string | undefined> {
    if (this.#challenge === undefined) return undefined;
    const credentials = await this.#credentials(this.#registry);
    if (this.#challenge.scheme === "basic") {
      return credentials?.kind === "password"
        ? basicAuthorization(credentials.username, credentials.password)
        : undefined;
    }
    if (credentials?.kind === "registry-token") {
      return bearer({ value: credentials.token });
    }
    return bearer(await this.#token(base, scopes));
  }

  /** One that is known and good, or else a new one. */
  async #token(base: URL, scopes: readonly string[]): Promise<Token> {
    const key = scopes.join(" ");
    for (let cached = this.#tokens.get(key); cached !== undefined;) {
      const token = await cached;
      const isGood = token.expiresMs > Date.now() &&
        !this.#refused.has(bearer(token));
      if (isGood) return token;
      // Whoever waited with us may have begun to fetch another one.
      if (this.#tokens.get(key) === cached) this.#tokens.delete(key);
      cached = this.#tokens.get(key);
    }
    const fetched = this.#requestToken(base, scopes, "passing");
    this.#tokens.set(key, fetched);
    // A failure is for who asked; the next one asks anew.
    fetched.catch(() => this.#tokens.delete(key));
    return await fetched;
  }

  /**
   * A token to keep in place of the password, if the issuer gives any.
   *
   * @throws {RegistryError} If it does not accept the credentials.
   */
  async identityToken(base: URL): Promise<string | undefined> {
    if (this.#challenge?.scheme !== "bearer") return undefined;
    return (await this.#requestToken(base, [], "lasting")).identityToken;
  }

  async #requestToken(
    base: URL,
    scopes: readonly string[],
    kind: TokenQuestion["kind"],
  ): Promise<Token> {
    const challenge = this.#challenge;
    if (challenge === undefined) throw new TypeError("No token was asked for");
    const credentials = await this.#credentials(this.#registry);
    const request = tokenRequest(base, {
      challenge,
      scopes,
      credentials,
      kind,
    });
    const reading = this.#line.readingOf(request.url);
    const response = await this.#line.send(request);
    if (response.status !== 200) {
      const attempt = `Cannot get a token of "${reading.host}"`;
      throw await refusalOf(response, attempt, reading);
    }
    const bytes = await readWhole(response, MAX_TOKEN_BYTES, reading);
    return parseToken(bytes, reading.host, Date.now());
  }
}

function bearer({ value }: Pick<Token, "value">): string {
  return `Bearer ${value}`;
}
