/**
 * `stats`: what containers use up at a moment.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { type CgroupUsage, readUsage } from "../../runtime/cgroups/usage.ts";
import type { ContainerConfig } from "../container_config.ts";
import { findProcess } from "./look_up.ts";

/** What a container has used up until a moment. */
export interface UsageSample extends CgroupUsage {
  /** Of a clock that only goes forward. */
  readonly atMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/**
 * Looks what a container has used up so far.
 *
 * @returns `undefined` if it is not running.
 */
export function sampleUsage(
  paths: HostPaths,
  { id, cgroupsPath }: ContainerConfig,
): UsageSample | undefined {
  const process = findProcess(paths, id);
  if (process === undefined) return undefined;
  const hierarchies = cgroupsPath === undefined ? [] : mountedHierarchies();
  return {
    atMs: performance.now(),
    ...readUsage(cgroupsPath ?? "", hierarchies),
    ...readTraffic(process.pid),
  };
}

/** The traffic of all interfaces but the one to itself. */
type Traffic = Pick<UsageSample, "receivedBytes" | "sentBytes">;

const NO_TRAFFIC: Traffic = { receivedBytes: 0, sentBytes: 0 };

/**
 * The traffic of a process's network namespace. One that it shares with another
 * container is counted for both, as in docker; what goes over the host's, by
 * whatever way it got there, is nobody's alone.
 *
 * @param pid On the host, whose network namespace is this process's.
 */
export function readTraffic(pid: number): Traffic {
  try {
    const [one, own] = [pid, "self"].map((process) =>
      Deno.readLinkSync(`/proc/${process}/ns/net`)
    );
    if (one === own) return NO_TRAFFIC;
    return parseTraffic(Deno.readTextFileSync(`/proc/${pid}/net/dev`));
  } catch (error) {
    // It has ended meanwhile, before open or between open and read.
    const hasEnded = error instanceof Deno.errors.NotFound ||
      error instanceof Error && /\(os error (3|22)\)/.test(error.message);
    if (hasEnded) return NO_TRAFFIC;
    throw error;
  }
}

/**
 * Adds up the interfaces of a network namespace.
 *
 * @param text Of `/proc/PID/net/dev`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const lines = [
 *   "    lo: 5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0",
 *   "  eth0: 700 9 0 0 0 0 0 0 300 4 0 0 0 0 0 0",
 * ];
 * assert.deepEqual(
 *   parseTraffic(lines.join("\n")),
 *   { receivedBytes: 700, sentBytes: 300 },
 * );
 * ```
 */
export function parseTraffic(text: string): Traffic {
  let receivedBytes = 0;
  let sentBytes = 0;
  for (const line of text.split("\n")) {
    const [, name, numbers = ""] = /^\s*(\S+):\s*(\d.*)$/.exec(line) ?? [];
    if (name === undefined || name === "lo") continue;
    const fields = numbers.split(/\s+/).map(Number);
    receivedBytes += fields[0] ?? 0;
    sentBytes += fields[8] ?? 0;
  }
  return { receivedBytes, sentBytes };
}
