/**
 * `logs`: what a container has written.
 *
 * @module
 */
import { TsdockerError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { LogEntry } from "../../monitor/json_log/entry.ts";
import { readLog, type ReadOptions } from "../../monitor/json_log/reader.ts";
import { openProcess } from "../../runtime/opened_process.ts";
import type { ProcessIdentity } from "../../runtime/process_identity.ts";
import type { ContainerConfig } from "../container_config.ts";
import { logDirectory, readRestarting, readRunning } from "./records.ts";

/** What is wanted of a log. */
export interface LogSelection extends Omit<ReadOptions, "writer"> {
  /** What comes after the end of what is there: nothing, or what is written. */
  readonly after: "nothing" | "more";
}

/**
 * Reads a container's log. One that is kept running can be followed, through
 * restarts that its policy makes, until it has ended for good.
 *
 * @returns Entries in the order they were written, some at a time.
 * @throws {TsdockerError} If none is written.
 */
export async function* readContainerLog(
  paths: HostPaths,
  { id, log }: Pick<ContainerConfig, "id" | "log">,
  selection: LogSelection,
): AsyncGenerator<readonly LogEntry[]> {
  if (log.driver === "none") {
    throw new TsdockerError(
      "configured logging driver does not support reading",
      { advice: "run it with --log-driver json-file" },
    );
  }
  const keeper = selection.after === "more" ? keeperOf(paths, id) : undefined;
  using opened = keeper && openProcess(keeper);
  yield* readLog(logDirectory(paths, id), {
    ...selection,
    ...(opened === undefined ? {} : { writer: opened }),
  });
}

/** Who writes its log, if it runs or is about to. */
function keeperOf(
  paths: HostPaths,
  id: ContainerConfig["id"],
): ProcessIdentity | undefined {
  return (readRunning(paths, id) ?? readRestarting(paths, id))
    ?.keeper;
}
