/**
 * The flags of `create` and `run`, and what they amount to.
 *
 * @module
 */
import { SpecError, UsageError } from "../../base/errors.ts";
import {
  type RunOptions,
  TRACE_FORMATS,
  type TraceMode,
} from "../../engine/run_options.ts";
import {
  parseSecurityOptions,
  type SeccompProfile,
} from "../../engine/security_option.ts";
import type { Invocation } from "../command.ts";
import type { FlagTable, OptionsOf } from "../flag.ts";
import { ATTACH_FLAGS } from "./run_flags/attach.ts";
import { ISOLATION_FLAGS } from "./run_flags/isolation.ts";
import { LIFECYCLE_FLAGS } from "./run_flags/lifecycle.ts";
import { LIMIT_FLAGS } from "./run_flags/limits.ts";
import { NETWORK_FLAGS } from "./run_flags/network.ts";
import {
  PROCESS_FLAGS,
  readEnvironment,
  readListFile,
  type RunSurroundings,
} from "./run_flags/process.ts";
import { PULL_FLAGS } from "./run_flags/pull.ts";
import { VOLUME_FLAGS } from "./run_flags/volumes.ts";

const TRACING = "Looking inside";

/**
 * The flags of `create` and `run`, by the names that {@linkcode RunOptions}
 * gives them.
 */
export const CREATE_FLAGS = {
  interactive: {
    type: "boolean",
    long: "interactive",
    short: "i",
    description: "Connect stdin to the container",
  },
  tty: {
    type: "boolean",
    long: "tty",
    short: "t",
    description: "Give the container a terminal",
  },
  autoRemove: {
    type: "boolean",
    long: "rm",
    description: "Remove the container when it ends",
  },
  name: {
    type: "string",
    long: "name",
    words: ["name"],
    description: "Name the container",
  },
  ...PROCESS_FLAGS,
  hostname: {
    type: "string",
    long: "hostname",
    short: "h",
    description: "Host name of the container",
  },
  entrypoint: {
    type: "string",
    long: "entrypoint",
    description: "Replace the image's entrypoint; empty drops it",
  },
  ...VOLUME_FLAGS,
  readOnly: {
    type: "boolean",
    long: "read-only",
    description: "Make the root file system read-only",
  },
  init: {
    type: "boolean",
    long: "init",
    description: "Run a small init as pid 1: it forwards signals and reaps",
  },
  cidfile: {
    type: "string",
    long: "cidfile",
    placeholder: "file",
    description: "Write the container's id to a new file",
  },
  ...NETWORK_FLAGS,
  ...PULL_FLAGS,
  ...LIFECYCLE_FLAGS,
  ...LIMIT_FLAGS,
  ...ISOLATION_FLAGS,
} as const satisfies FlagTable;

/** The flags of `run`, which starts the container as well. */
export const RUN_FLAGS = {
  ...CREATE_FLAGS,
  ...ATTACH_FLAGS,
  explain: {
    type: "string",
    long: "explain",
    placeholder: "text|json",
    choices: TRACE_FORMATS,
    implied: "text",
    section: TRACING,
    description: "Show each step with its result and time",
  },
  dryRun: {
    type: "string",
    long: "dry-run",
    placeholder: "text|json",
    choices: TRACE_FORMATS,
    implied: "text",
    section: TRACING,
    description: "Show the steps and do nothing",
  },
} as const satisfies FlagTable;

/** A parsed command line with all flags of `create`, and perhaps others. */
export type CreateInvocation = Invocation<typeof CREATE_FLAGS>;

/**
 * Turns the parsed command line of `run` into its options.
 *
 * @throws {UsageError} As {@linkcode toCreateOptions}, or if flags contradict
 * each other.
 */
export async function toRunOptions(
  { options, positionals }: Invocation<typeof RUN_FLAGS>,
  surroundings: RunSurroundings,
): Promise<RunOptions> {
  const {
    explain: _explain,
    dryRun: _dryRun,
    detach,
    // How the caller is connected is no property of the container.
    wait: _wait,
    attach: _attach,
    detachKeys: _detachKeys,
    sigProxy: _sigProxy,
    ...created
  } = options;
  const common = await toCreateOptions(
    { options: created, positionals },
    surroundings,
  );
  return { ...common, detach, trace: traceMode(options) };
}

/**
 * Turns the parsed command line of `create` into options.
 *
 * @throws {UsageError} If an environment variable, its file or the file of a
 * seccomp profile is wrong.
 */
export async function toCreateOptions(
  { options, positionals }: CreateInvocation,
  surroundings: RunSurroundings,
): Promise<RunOptions> {
  const {
    env,
    envFile,
    labels,
    labelFile,
    ...same
  } = options;
  const [image = "", ...command] = positionals;
  if (image === "") {
    throw new UsageError('invalid argument "" for IMAGE: it is empty');
  }
  const seccompProfile = await readSeccompProfile(
    options.securityOpts,
    surroundings,
  );
  return {
    ...same,
    ...(seccompProfile === undefined ? {} : { seccompProfile }),
    image,
    command,
    env: readEnvironment({ env, envFile }, surroundings),
    labels: [
      ...labelFile.flatMap((path) => readLabelFile(path, surroundings)),
      ...labels,
    ],
    detach: false,
    trace: undefined,
  };
}

/** One label a line; blank lines and comments are skipped, as in env files. */
function readLabelFile(path: string, surroundings: RunSurroundings): string[] {
  return readListFile("label", path, surroundings).split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** The profile that `--security-opt seccomp=FILE` names, if there is one. */
async function readSeccompProfile(
  securityOpts: readonly string[],
  { readTextFile }: RunSurroundings,
): Promise<SeccompProfile | undefined> {
  const { seccomp } = parseSecurityOptions(securityOpts);
  if (typeof seccomp !== "object") return undefined;
  const { file } = seccomp;
  const { parseSeccompProfile } = await import(
    "../../runtime/security/seccomp/parse_profile.ts"
  );
  try {
    return parseSeccompProfile(readTextFile(file));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const what = cause instanceof SpecError
      ? `Decoding seccomp profile (${file}) failed`
      : `opening seccomp profile (${file}) failed`;
    throw new UsageError(`${what}: ${why}`, { cause });
  }
}

function traceMode(
  { explain, dryRun }: Pick<
    OptionsOf<typeof RUN_FLAGS>,
    "explain" | "dryRun"
  >,
): TraceMode {
  if (explain !== undefined && dryRun !== undefined) {
    throw new UsageError("--explain and --dry-run exclude each other", {
      advice: "--explain to run and see, --dry-run only to see",
    });
  }
  if (explain !== undefined) return { mode: "explain", format: explain };
  if (dryRun !== undefined) return { mode: "dry-run", format: dryRun };
  return undefined;
}
