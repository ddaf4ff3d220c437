/**
 * The flags that say how the caller is connected to a container it starts, and
 * what it learns of it.
 *
 * @module
 */
import { UsageError } from "../../../base/errors.ts";
import type { RunOptions } from "../../../engine/run_options.ts";
import type { FlagTable } from "../../flag.ts";

/** Those of `run`; `create` has none of them, others have some. */
export const ATTACH_FLAGS = {
  detach: {
    type: "boolean",
    long: "detach",
    short: "d",
    description: "Leave it running and print its id",
  },
  wait: {
    type: "string",
    long: "wait",
    placeholder: "duration",
    implied: "",
    description: "With --detach, wait until it is healthy or has ended",
  },
  pidfile: {
    type: "string",
    long: "pidfile",
    placeholder: "file",
    description: "Write the program's pid on the host to a file",
  },
  attach: {
    type: "list",
    long: "attach",
    short: "a",
    description: "Connect only these: stdin, stdout, stderr",
  },
  detachKeys: {
    type: "string",
    long: "detach-keys",
    placeholder: "keys",
    description: "What leaves it running (default ctrl-p,ctrl-q)",
  },
  sigProxy: {
    type: "string",
    long: "sig-proxy",
    placeholder: "true|false",
    choices: ["true", "false"],
    implied: "true",
    default: "true",
    description: "Pass signals on to it",
  },
} as const satisfies FlagTable;

/** How the caller is connected, as the flags say. */
export interface AttachFlags {
  /** `stdin`, `stdout` and `stderr`; empty for what is usual. */
  readonly attach: readonly string[];
  readonly detachKeys?: string;
  readonly sigProxy: string;
}

const STREAMS: ReadonlySet<string> = new Set(["stdin", "stdout", "stderr"]);

/**
 * Whether the caller's own process cannot be what keeps the container.
 *
 * @throws {UsageError} If `--attach` names no stream.
 */
export function needsMonitor(
  { restart = "no" }: Pick<RunOptions, "restart">,
  { attach, sigProxy }: AttachFlags,
): boolean {
  for (const name of attach) {
    if (!STREAMS.has(name.toLowerCase())) {
      throw new UsageError(
        `invalid argument "${name}" for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR`,
      );
    }
  }
  return restart !== "no" || attach.length > 0 || sigProxy === "false";
}
