/**
 * What a monitor is called with; apart from what starts one, as a process may
 * become one, too.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";

/** The command that a monitor runs as. */
const MONITOR_COMMAND = "monitor";

/**
 * The words of a monitor's command line, after the program's name.
 *
 * @param what Of which container, or where it will be told.
 */
export function monitorWords(
  { root, runRoot }: Pick<HostPaths, "root" | "runRoot">,
  what: string,
): [string, ...string[]] {
  return ["--root", root, "--run-root", runRoot, MONITOR_COMMAND, what];
}
