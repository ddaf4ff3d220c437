/**
 * The flags that say as what a program runs, in a container of its own or in one
 * that runs already.
 *
 * @module
 */
import { UsageError } from "../../../base/errors.ts";
import type { EnvEntry } from "../../../engine/run_options.ts";
import type { Environment } from "../../context.ts";
import { parseEnvFile, parseEnvFlag } from "../../env_file.ts";
import type { FlagTable, OptionsOf } from "../../flag.ts";

/** Those that `run` and `exec` have in common. */
export const PROCESS_FLAGS = {
  env: {
    type: "list",
    long: "env",
    short: "e",
    description: "Set a variable (KEY=VALUE), or copy yours (KEY)",
  },
  envFile: {
    type: "list",
    long: "env-file",
    description: "Set the variables in a file, one a line",
  },
  workdir: {
    type: "string",
    long: "workdir",
    short: "w",
    placeholder: "dir",
    description: "Working directory in the container",
  },
  user: {
    type: "string",
    long: "user",
    short: "u",
    description: "User, by name or number: USER[:GROUP]",
  },
} as const satisfies FlagTable;

/** What is needed of the host to understand the flags. */
export interface RunSurroundings {
  /** The caller's environment, for `-e KEY`. */
  readonly env: Environment;
  /** Reads a file that a flag names, such as `--env-file`. */
  readTextFile(path: string): string;
}

/**
 * The variables of `-e` and `--env-file`, those of files first.
 *
 * @throws {UsageError} If one is wrong, or a file cannot be read.
 */
export function readEnvironment(
  { env, envFile }: Pick<OptionsOf<typeof PROCESS_FLAGS>, "env" | "envFile">,
  surroundings: RunSurroundings,
): EnvEntry[] {
  return [
    ...envFile.flatMap((path) => readEnvFile(path, surroundings)),
    ...env.map((text) => parseEnvFlag(text, surroundings.env)),
  ];
}

function readEnvFile(path: string, surroundings: RunSurroundings): EnvEntry[] {
  const text = readListFile("env", path, surroundings);
  return parseEnvFile(text, path, surroundings.env);
}

/**
 * Reads a file with an entry a line.
 *
 * @throws {UsageError} If it cannot be read.
 */
export function readListFile(
  kind: "env" | "label",
  path: string,
  { readTextFile }: RunSurroundings,
): string {
  try {
    return readTextFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot read the ${kind} file "${path}": ${why}`, {
      cause,
    });
  }
}
