/**
 * The flags given before the command, and what they decide.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import {
  DEFAULT_ROOTS,
  type HostPaths,
  hostPaths,
} from "../base/host_paths.ts";
import { LOG_LEVELS, type LogLevel } from "../base/log.ts";
import type { CommandSpec } from "./command.ts";
import type { FlagTable, OptionsOf } from "./flag.ts";

/** Flags before the command. */
export const GLOBAL_FLAGS = {
  root: {
    type: "string",
    long: "root",
    placeholder: "dir",
    default: DEFAULT_ROOTS.root,
    description: "Where containers and layers are kept",
  },
  runRoot: {
    type: "string",
    long: "run-root",
    placeholder: "dir",
    default: DEFAULT_ROOTS.runRoot,
    description: "Where the state of running containers is kept",
  },
  debug: {
    type: "boolean",
    long: "debug",
    short: "D",
    description: "Log everything, and show the causes of errors with stacks",
  },
  logLevel: {
    type: "string",
    long: "log-level",
    short: "l",
    placeholder: "level",
    choices: LOG_LEVELS,
    default: "info",
    description: "Log from this level on: debug, info, warn or error",
  },
  version: {
    type: "boolean",
    long: "version",
    short: "v",
    description: "Print the version",
  },
  client: {
    type: "number",
    long: "client",
    hidden: true,
    description: "The descriptor by which somebody waits for a container",
  },
} as const satisfies FlagTable;

/** The program's own command line: its flags, then a command's. */
export const GLOBAL_SPEC = {
  flags: GLOBAL_FLAGS,
  positionals: [{ name: "COMMAND", optional: true, repeats: true }],
  stopsAtPositional: true,
} as const satisfies Partial<CommandSpec>;

/** The values of {@linkcode GLOBAL_FLAGS}. */
export type GlobalOptions = OptionsOf<typeof GLOBAL_FLAGS>;

/**
 * The paths that `--root` and `--run-root` ask for.
 *
 * @param cwd Absolute; relative roots start here, whatever directory the
 * program goes to later.
 * @throws {UsageError} If a root is empty.
 */
export function pathsFor(options: GlobalOptions, cwd: string): HostPaths {
  return hostPaths({
    root: absolute("root", options.root, cwd),
    runRoot: absolute("run-root", options.runRoot, cwd),
  });
}

/** The level that `--log-level` and `--debug` ask for. */
export function logLevelFor(options: GlobalOptions): LogLevel {
  return options.debug ? "debug" : options.logLevel;
}

function absolute(flag: string, path: string, cwd: string): string {
  if (path === "") {
    throw new UsageError(
      `invalid argument "" for "--${flag}" flag: must be a directory`,
    );
  }
  return path.startsWith("/") ? path : `${cwd.replace(/\/$/, "")}/${path}`;
}
