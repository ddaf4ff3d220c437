/**
 * `tsdocker login`: keeps credentials for a registry.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { DEFAULT_REGISTRY } from "../../oci/reference.ts";
import { logInTo } from "../../engine/images/login.ts";
import { openRegistries } from "../../engine/images/registry_access.ts";
import { registryOf } from "../../registry/host.ts";
import { askLine, askSecret, readAll } from "../ask_secret.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { registrySetupOf } from "../registry_setup.ts";

/** The command `login`. */
export const loginCommand = defineCommand({
  summary: "Log in to a registry",
  description: "The credentials are tried, and then kept in docker's " +
    "configuration: by the helper it names for the registry, else in " +
    "config.json. Without a registry, the default one is meant.",
  positionals: [{ name: "REGISTRY", optional: true }],
  flags: {
    username: {
      type: "string",
      long: "username",
      short: "u",
      description: "Who you are",
    },
    password: {
      type: "string",
      long: "password",
      short: "p",
      description: "Your password; others see it in the list of processes",
    },
    passwordStdin: {
      type: "boolean",
      long: "password-stdin",
      description: "Read the password from stdin",
    },
  },
  examples: [{
    line: "login -u me --password-stdin registry.example <password.txt",
    purpose: "leaves the password in no list of processes and no history",
  }],
}, async ({ options, positionals: [address] }, context) => {
  const registry = address === undefined
    ? DEFAULT_REGISTRY
    : registryOf(address);
  const { username, password } = readCredentials(options, context);
  using access = openRegistries(
    registrySetupOf(context.env),
    new AbortController().signal,
  );
  const kept = await logInTo(registry, access, {
    kind: "password",
    username,
    password,
  });
  if (kept.kind === "file") {
    context.log.warn(
      `Your credentials are stored unencrypted in "${kept.path}"`,
    );
  }
  context.stdout.write("Login Succeeded\n");
  return 0;
});

interface LoginOptions {
  readonly username?: string;
  readonly password?: string;
  readonly passwordStdin: boolean;
}

function readCredentials(
  options: LoginOptions,
  context: CommandContext,
): { readonly username: string; readonly password: string } {
  const { passwordStdin } = options;
  if (options.password !== undefined && passwordStdin) {
    throw new UsageError(
      "--password and --password-stdin are mutually exclusive",
    );
  }
  if (passwordStdin && options.username === undefined) {
    throw new UsageError("Must provide --username with --password-stdin");
  }
  if (options.password !== undefined) {
    context.log.warn(
      "Using --password via the CLI is insecure. Use --password-stdin",
    );
  }
  const given = passwordStdin
    ? readAll().replace(/\r?\n$/, "")
    : options.password;
  const isComplete = options.username !== undefined && given !== undefined;
  if (!isComplete && !context.stdinIsTerminal()) {
    throw new UsageError(
      "Cannot perform an interactive login from a non TTY device",
      { advice: "--username with --password-stdin" },
    );
  }
  const username = options.username ?? askLine("Username: ", context);
  const password = given ?? askSecret("Password: ", context);
  if (username === "") throw new UsageError("username is empty");
  if (password === "") throw new UsageError("password is empty");
  if (username.includes(":")) {
    throw new UsageError('username contains ":", which ends it');
  }
  return { username, password };
}
