/**
 * Tokens: what a registry's issuer gives for credentials, good for some
 * repositories and some time.
 *
 * @module
 * @see distribution/docs/content/spec/auth/token.md
 * @see distribution/docs/content/spec/auth/oauth.md
 */
import type { Challenge } from "./challenge.ts";
import {
  basicAuthorization,
  type Credentials,
} from "./credentials/credentials.ts";
import { parseSecretJson, secretText } from "./credentials/secret_json.ts";
import { RegistryError } from "./registry_error.ts";
import type { HttpRequest } from "./transport.ts";

/** How issuers know us. */
const CLIENT_ID = "tsdocker";
/** What a token is good for if nothing is said of it. */
const DEFAULT_LIFE_S = 60;
/** A token that is about to expire would do so on the way. */
const MARGIN_S = 5;

/** What an issuer gave. */
export interface Token {
  readonly value: string;
  /** By `Date.now()`. */
  readonly expiresMs: number;
  /** To be kept in place of the password, if one was asked for. */
  readonly identityToken?: string;
}

/** What is asked of an issuer. */
export interface TokenQuestion {
  readonly challenge: Challenge;
  /** What it shall be good for: `repository:library/busybox:pull`. */
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
  /** A lasting one comes with an identity token, if the issuer has any. */
  readonly kind: "passing" | "lasting";
}

/**
 * The request for a token.
 *
 * @param registry The registry's own origin.
 * @throws {RegistryError} If the issuer is no place to send credentials to.
 */
export function tokenRequest(
  registry: URL,
  { challenge, scopes, credentials, kind }: TokenQuestion,
): Omit<HttpRequest, "signal"> {
  const realm = challenge.parameters.get("realm") ?? "";
  const refuse = (why: string): never => {
    throw new RegistryError(
      401,
      undefined,
      `Cannot log in to "${registry.host}": ${why}`,
    );
  };
  if (!URL.canParse(realm)) {
    return refuse("it does not say who issues its tokens");
  }
  const url = new URL(realm);
  const isSafe = url.protocol === "https:" ||
    (url.protocol === "http:" && registry.protocol === "http:");
  if (!isSafe) return refuse(`its tokens are issued by "${url.protocol}"`);
  const service = challenge.parameters.get("service");
  const fields = new URLSearchParams();
  if (service !== undefined) fields.set("service", service);
  if (credentials?.kind === "identity-token") {
    fields.set("grant_type", "refresh_token");
    fields.set("client_id", CLIENT_ID);
    fields.set("refresh_token", credentials.token);
    fields.set("scope", scopes.join(" "));
    const body = new TextEncoder().encode(fields.toString());
    const headers = new Headers({
      "content-type": "application/x-www-form-urlencoded",
    });
    return { method: "POST", url, headers, body };
  }
  for (const scope of scopes) fields.append("scope", scope);
  const headers = new Headers();
  if (credentials?.kind === "password") {
    const { username, password } = credentials;
    fields.set("account", username);
    headers.set("authorization", basicAuthorization(username, password));
  }
  if (kind === "lasting") {
    fields.set("client_id", CLIENT_ID);
    fields.set("offline_token", "true");
  }
  for (const [name, value] of fields) url.searchParams.append(name, value);
  return { method: "GET", url, headers };
}

/**
 * Reads an issuer's answer.
 *
 * @param host For messages.
 * @throws {SpecError} If it has no token.
 */
export function parseToken(
  bytes: Uint8Array,
  host: string,
  nowMs: number,
): Token {
  const root = parseSecretJson(
    new TextDecoder().decode(bytes),
    `Cannot use the token of "${host}"`,
  );
  const value = secretText(root, "token") ?? secretText(root, "access_token");
  // A header with a line break in it would be another header.
  if (value === undefined || /[^\x21-\x7e]/.test(value)) {
    return root.refuse("holds no token");
  }
  const life = root.member("expires_in").value;
  const seconds = typeof life === "number" && life > 0 ? life : DEFAULT_LIFE_S;
  const identityToken = secretText(root, "refresh_token");
  return {
    value,
    expiresMs: nowMs + Math.max(1, seconds - MARGIN_S) * 1000,
    ...(identityToken === undefined ? {} : { identityToken }),
  };
}
