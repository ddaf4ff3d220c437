/**
 * The log of a container, as its keeper writes it.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import {
  type LogLimits,
  type LogWriter,
  openLog,
} from "../../monitor/json_log/writer.ts";
import type { ContainerConfig } from "../container_config.ts";
import { logDirectory } from "./records.ts";

/**
 * A container's log. The file is opened with the first output: many containers
 * write nothing, and none waits for it. Closed, it is opened anew with the next.
 *
 * @returns `undefined` if its output is not to be written down.
 */
export function openContainerLog(
  paths: HostPaths,
  { id, log }: Pick<ContainerConfig, "id" | "log">,
): LogWriter | undefined {
  if (log.driver === "none") return undefined;
  const directory = logDirectory(paths, id);
  let writer: LogWriter | undefined;
  return {
    write(stream, bytes, timeMs): void {
      writer ??= openIfPossible(directory, log);
      writer?.write(stream, bytes, timeMs);
    },
    [Symbol.dispose](): void {
      writer?.[Symbol.dispose]();
      writer = undefined;
    },
  };
}

/** Next time there may be room: as for each line, the container goes on. */
function openIfPossible(
  directory: string,
  limits: LogLimits,
): LogWriter | undefined {
  try {
    return openLog(directory, limits);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
