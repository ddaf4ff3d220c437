/**
 * Why a container has ended that could not say so itself. Pure.
 *
 * @module
 */
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { formatMemorySize } from "../../base/byte_size.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { ExitRecord } from "./exit_record.ts";

/** Status of a program ended by SIGKILL. */
const KILLED = 128 + SIGNALS.SIGKILL;

/**
 * Why a container has ended.
 *
 * @returns `undefined` if its program, or who stopped it, knows better.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const end = { exitCode: 137, oomKilled: true };
 * const resources = { memory: { limit: 64 * 1024 ** 2 } };
 * assert.equal(endReason({ resources }, end), "OOM-killed (limit 64MiB)");
 * assert.equal(endReason({ resources }, { ...end, exitCode: 1 }), undefined);
 * ```
 */
export function endReason(
  { resources }: Pick<ContainerConfig, "resources">,
  { exitCode, oomKilled, error }: Pick<
    ExitRecord,
    "exitCode" | "oomKilled" | "error"
  >,
): string | undefined {
  if (error !== undefined) return error;
  // A program may go on after one of its children has been ended.
  if (!oomKilled || exitCode !== KILLED) return undefined;
  const limit = resources.memory?.limit;
  const why = limit === undefined || limit === -1
    ? "the host ran out of memory"
    : `limit ${formatMemorySize(limit)}`;
  return `OOM-killed (${why})`;
}

/** What whoever is connected to a container is told of its end. */
export function endLine(
  { name }: Pick<ContainerConfig, "name">,
  reason: string,
): string {
  return `tsdocker: container ${name}: ${reason}\n`;
}

/**
 * What `--timeout` says of a container that it has ended.
 *
 * @param exitCode Of a program that may have ended by itself in that moment.
 */
export function timeoutReason(
  { timeoutS, exitCode }: {
    readonly timeoutS: number;
    readonly exitCode: number;
  },
): string | undefined {
  return exitCode === KILLED
    ? `killed after ${timeoutS} s (--timeout)`
    : undefined;
}
