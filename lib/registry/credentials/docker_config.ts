/**
 * Docker's configuration file, as far as it is about registries. What else is
 * in it is kept as it is.
 *
 * @module
 * @see docker/cli docs/reference/commandline/login.md, "Credential stores"
 */
import type { JsonValue } from "../../base/json_value.ts";
import { credentialsKeyOf, registryOf } from "../host.ts";
import type { Credentials } from "./credentials.ts";
import { parseSecretJson, secretText } from "./secret_json.ts";

/** The file, read. */
export interface DockerConfig {
  /** The credentials in the file itself. */
  find(registry: string): Credentials | undefined;
  /** The name of the program that keeps a registry's credentials. */
  helperOf(registry: string): string | undefined;
  /**
   * The file's text with credentials for a registry, or without them.
   *
   * @returns `undefined` if there is nothing to change.
   */
  change(
    registry: string,
    credentials: Credentials | undefined,
  ): string | undefined;
}

/** A program of this name is looked for in `PATH`; a path would be none of it. */
const HELPER = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Reads the file.
 *
 * @param path For messages.
 * @throws {SpecError} If it is malformed; no secret is quoted.
 */
export function parseDockerConfig(text: string, path: string): DockerConfig {
  const root = parseSecretJson(
    text.trim() === "" ? "{}" : text,
    `Cannot use "${path}"`,
  );
  const auths = root.member("auths").members();
  const entry = (registry: string): [string, JsonValue] | undefined =>
    auths.find(([key]) => key === credentialsKeyOf(registry)) ??
      auths.find(([key]) => registryOf(key) === registry);
  return {
    find(registry): Credentials | undefined {
      const found = entry(registry);
      return found === undefined ? undefined : readEntry(found[1]);
    },
    helperOf(registry): string | undefined {
      const helpers = root.member("credHelpers").members();
      const own = helpers.find(([key]) => registryOf(key) === registry);
      const value = own?.[1] ?? root.member("credsStore");
      const name = value.optional((member) => member.string());
      if (name === undefined || name === "") return undefined;
      return HELPER.test(name) ? name : value.refuse("is no helper's name");
    },
    change(registry, credentials): string | undefined {
      const key = credentialsKeyOf(registry);
      const rest = auths.filter(([name]) => registryOf(name) !== registry);
      if (credentials === undefined && rest.length === auths.length) {
        return undefined;
      }
      const entries = rest.map(([name, { value }]) => [name, value]);
      if (credentials !== undefined) {
        entries.push([key, writeEntry(credentials)]);
      }
      const members = root.value as Record<string, unknown>;
      const changed = { ...members, auths: Object.fromEntries(entries) };
      return `${JSON.stringify(changed, undefined, "\t")}\n`;
    },
  };
}

function readEntry(entry: JsonValue): Credentials | undefined {
  const identity = secretText(entry, "identitytoken");
  if (identity !== undefined) {
    return { kind: "identity-token", token: identity };
  }
  const token = secretText(entry, "registrytoken");
  if (token !== undefined) return { kind: "registry-token", token };
  const auth = secretText(entry, "auth");
  if (auth !== undefined) return readPair(entry, auth);
  const username = secretText(entry, "username");
  const password = secretText(entry, "password");
  return username === undefined || password === undefined
    ? undefined
    : { kind: "password", username, password };
}

function readPair(entry: JsonValue, auth: string): Credentials {
  const refuse = (): never =>
    entry.refuse('has a member "auth" that is not NAME:PASSWORD in base64');
  let pair: string;
  try {
    const bytes = Uint8Array.fromBase64(auth);
    pair = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      return refuse();
    }
    throw error;
  }
  const colon = pair.indexOf(":");
  if (colon < 0) return refuse();
  // Some programs have written what C leaves at the end of texts.
  const password = pair.slice(colon + 1).replace(/\0+$/, "");
  return { kind: "password", username: pair.slice(0, colon), password };
}

function writeEntry(credentials: Credentials): Record<string, string> {
  switch (credentials.kind) {
    case "identity-token":
      return { auth: "", identitytoken: credentials.token };
    case "registry-token":
      return { registrytoken: credentials.token };
    case "password": {
      const { username, password } = credentials;
      const pair = new TextEncoder().encode(`${username}:${password}`);
      return { auth: pair.toBase64() };
    }
  }
}
