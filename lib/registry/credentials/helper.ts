/**
 * Programs that keep credentials: `docker-credential-NAME`, which read their
 * input on stdin and answer on stdout.
 *
 * @module
 * @see docker/docker-credential-helpers README, "Development"
 */
import { HostError } from "../../base/errors.ts";
import type { Credentials } from "./credentials.ts";
import { parseSecretJson, secretText } from "./secret_json.ts";

/** In place of a name: the secret is an identity token. */
const TOKEN_USER = "<token>";
const NOT_FOUND = "credentials not found in native keychain";

/** What can be asked of a helper. */
type Action = "get" | "store" | "erase";

/**
 * Asks a helper for credentials.
 *
 * @param name What follows `docker-credential-`.
 * @param server As docker's configuration calls the registry.
 * @returns `undefined` if it has none.
 * @throws {HostError} If it cannot be run, or fails.
 */
export async function getFromHelper(
  name: string,
  server: string,
): Promise<Credentials | undefined> {
  const answer = await ask(name, "get", server);
  if (answer === undefined) return undefined;
  const root = parseSecretJson(
    answer,
    `Cannot use the answer of ${program(name)}`,
  );
  const username = secretText(root, "Username");
  const secret = secretText(root, "Secret");
  if (secret === undefined) return undefined;
  return username === undefined || username === TOKEN_USER
    ? { kind: "identity-token", token: secret }
    : { kind: "password", username, password: secret };
}

/**
 * Gives credentials to a helper.
 *
 * @throws {HostError} If it cannot be run, or fails.
 */
export async function storeInHelper(
  name: string,
  server: string,
  credentials: Credentials,
): Promise<void> {
  const [Username, Secret] = credentials.kind === "password"
    ? [credentials.username, credentials.password]
    : [TOKEN_USER, credentials.token];
  const entry = JSON.stringify({ ServerURL: server, Username, Secret });
  await ask(name, "store", entry);
}

/**
 * Has a helper forget credentials.
 *
 * @throws {HostError} If it cannot be run, or fails.
 */
export async function eraseFromHelper(
  name: string,
  server: string,
): Promise<void> {
  await ask(name, "erase", server);
}

function program(name: string): string {
  return `docker-credential-${name}`;
}

async function ask(
  name: string,
  action: Action,
  input: string,
): Promise<string | undefined> {
  const child = start(name, action);
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(input))
    .then(() => writer.close());
  // It may know its answer without reading the question.
  const [{ code, stdout }] = await Promise.all([
    child.output(),
    written.catch(() => undefined),
  ]);
  const answer = new TextDecoder().decode(stdout).trim();
  if (code === 0) return answer;
  if (answer === NOT_FOUND) return undefined;
  // Of a failure its stdout is the message; of a success, the secret.
  throw new HostError(
    `Cannot ${action} credentials with ${program(name)}: ${
      answer === "" ? `it ended with status ${code}` : answer.slice(0, 200)
    }`,
  );
}

function start(name: string, action: Action): Deno.ChildProcess {
  try {
    return new Deno.Command(program(name), {
      args: [action],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound
      ? "there is no such program"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new HostError(`Cannot run ${program(name)}: ${reason}`, {
      cause,
      advice: 'install it, or take it out of "credsStore" and "credHelpers"',
    });
  }
}
