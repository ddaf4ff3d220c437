/**
 * How a container ended.
 *
 * @module
 */
import type { WaitStatus } from "../../../ffi/calls/process.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { parseRecord } from "../../base/parse_record.ts";
import { readLasting, writeLasting } from "./lasting.ts";

/** How a container ended. */
export interface ExitRecord {
  /** The program's status, or 128 and the number of the signal. */
  readonly exitCode: number;
  readonly startedMs: number;
  readonly finishedMs: number;
  /** Whether the kernel ended one of its processes for want of memory. */
  readonly oomKilled: boolean;
  /** Why it was not started, or was ended by tsdocker itself. */
  readonly error?: string;
  /** How often its restart policy has started it again. */
  readonly restartCount: number;
}

const NAME = "exit.json";

/** Reads how it ended; `undefined` if it has not. */
export function readExit(
  paths: HostPaths,
  id: ContainerId,
): ExitRecord | undefined {
  return readLasting(paths, { id, name: NAME })
    .map((text) => parseRecord<ExitRecord>(text))
    .find((record) => record !== undefined);
}

/** Writes how it ended, even on a full disk. */
export function writeExit(
  paths: HostPaths,
  id: ContainerId,
  record: ExitRecord,
): void {
  writeLasting(paths, { id, name: NAME }, JSON.stringify(record));
}

/** The status a shell would report. */
export function exitCodeOf(status: WaitStatus): number {
  return status.kind === "exited" ? status.status : 128 + status.signal;
}
