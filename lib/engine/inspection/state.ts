/**
 * `State` of an inspected container. Pure.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a container"
 */
import type { ContainerStatus } from "../containers/list.ts";
import type { ExitRecord } from "../containers/exit_record.ts";
import type { HealthLogEntry, HealthRecord } from "../containers/records.ts";
import { orNil } from "./nil_list.ts";

/** What is known of a container's life. */
export interface LifeRecords {
  readonly status: ContainerStatus;
  /** Its last end, even if it has been started again. */
  readonly exit: ExitRecord | undefined;
  /** What checks have found; absent without checks, or while it does not run. */
  readonly health: HealthRecord | undefined;
}

/** What docker writes for a time that has not come. */
const NEVER = "0001-01-01T00:00:00Z";

/** What a container is doing, under docker's names. */
export interface InspectedState {
  readonly Status: ContainerStatus["state"];
  readonly Running: boolean;
  readonly Paused: boolean;
  readonly Restarting: boolean;
  readonly OOMKilled: boolean;
  readonly Dead: false;
  /** On the host; 0 if there is no process. */
  readonly Pid: number;
  readonly ExitCode: number;
  /** Why it was not started, or was ended by tsdocker itself. */
  readonly Error: string;
  readonly StartedAt: string;
  readonly FinishedAt: string;
  /** Present in any case, so that templates may ask for it. */
  readonly Health: InspectedHealth | undefined;
}

/** What health checks have found, under docker's names. */
export interface InspectedHealth {
  readonly Status: HealthRecord["status"];
  readonly FailingStreak: number;
  readonly Log: readonly {
    readonly Start: string;
    readonly End: string;
    readonly ExitCode: number;
    readonly Output: string;
  }[];
}

/** What a container is doing. As in docker, a paused one runs as well. */
export function inspectState(
  { status, exit, health }: LifeRecords,
): InspectedState {
  const { state } = status;
  const running = "pid" in status ? status : undefined;
  const startedMs = running?.startedMs ?? exit?.startedMs;
  return {
    Status: state,
    Running: running !== undefined || state === "restarting",
    Paused: state === "paused",
    Restarting: state === "restarting",
    OOMKilled: running === undefined && exit?.oomKilled === true,
    Dead: false,
    Pid: running?.pid ?? 0,
    ExitCode: running === undefined ? exit?.exitCode ?? 0 : 0,
    Error: running === undefined ? exit?.error ?? "" : "",
    StartedAt: timeText(startedMs),
    FinishedAt: timeText(exit?.finishedMs),
    Health: health === undefined ? undefined : {
      Status: health.status,
      FailingStreak: health.failingStreak,
      Log: orNil(health.log.map(inspectCheck)),
    },
  };
}

/** A point in time as docker's JSON has it; in milliseconds since the epoch. */
export function timeText(ms: number | undefined): string {
  return ms === undefined ? NEVER : new Date(ms).toISOString();
}

function inspectCheck(
  { startMs, endMs, exitCode, output }: HealthLogEntry,
): InspectedHealth["Log"][number] {
  return {
    Start: timeText(startMs),
    End: timeText(endMs),
    ExitCode: exitCode,
    Output: output,
  };
}
