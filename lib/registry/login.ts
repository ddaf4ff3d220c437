/**
 * Trying credentials on a registry before they are kept.
 *
 * @module
 * @see distribution/docs/content/spec/auth/oauth.md, "offline_token"
 */
import { parseChallenges } from "./challenge.ts";
import type { Credentials } from "./credentials/credentials.ts";
import { RegistryError } from "./registry_error.ts";
import { RegistrySession, type Surroundings } from "./session.ts";
import type { Endpoint } from "./endpoint.ts";

/** A name and a password. */
export type Password = Extract<Credentials, { kind: "password" }>;

const OK = 200;
const UNAUTHORIZED = 401;

/**
 * Logs in.
 *
 * @returns What to keep: an identity token if the registry gives one, for it
 * is no password and can be revoked.
 * @throws {RegistryError} If the registry does not accept them.
 */
export async function logIn(
  endpoint: Endpoint,
  surroundings: Omit<Surroundings, "credentials">,
  password: Password,
): Promise<Credentials> {
  const session = new RegistrySession(endpoint, {
    ...surroundings,
    credentials: () => Promise.resolve(password),
  });
  const attempt = `Cannot log in to "${endpoint.registry}"`;
  const question = {
    method: "GET",
    path: "",
    scopes: [],
    attempt,
  } as const;
  const asked = await session.ask({
    ...question,
    expected: [OK, UNAUTHORIZED],
  });
  await asked.body?.cancel();
  // It lets in everybody, and so these credentials.
  if (asked.status === OK) return password;
  const challenges = parseChallenges(
    asked.headers.get("www-authenticate") ?? "",
  );
  if (!session.authorizer.heed(challenges, undefined)) {
    throw new RegistryError(
      UNAUTHORIZED,
      undefined,
      `${attempt}: it does not say how`,
    );
  }
  const base = await session.base();
  const identityToken = await session.authorizer.identityToken(base);
  const answer = await session.ask({ ...question, expected: [OK] });
  await answer.body?.cancel();
  return identityToken === undefined
    ? password
    : { kind: "identity-token", token: identityToken };
}
