/**
 * What proves to a registry who one is.
 *
 * @module
 */

/** A name with a password, or what a registry gave in place of them. */
export type Credentials =
  | {
    readonly kind: "password";
    readonly username: string;
    readonly password: string;
  }
  | {
    /** Exchanged for tokens, like a password, at the registry's issuer. */
    readonly kind: "identity-token";
    readonly token: string;
  }
  | {
    /** Shown to the registry as it is. */
    readonly kind: "registry-token";
    readonly token: string;
  };

/** Finds the credentials for a registry; `undefined` if there are none. */
export type CredentialSource = (
  registry: string,
) => Promise<Credentials | undefined>;

/** The value of the header `Authorization` for a name and a password. */
export function basicAuthorization(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${bytes.toBase64()}`;
}
