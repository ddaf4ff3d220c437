/**
 * A monitor outlives the service that has started its container: systemd ends
 * whatever is in a service's cgroup when the service ends, and its limits are
 * for the service.
 *
 * Only for services: a session's cgroup is left alone when the session ends, and
 * to leave one takes the kernel some ten milliseconds. Where the monitor goes is
 * the root, where no directory has to be made, nor removed by somebody else.
 *
 * @module
 * @see systemd.kill(5), "KillMode="; cgroups(7)
 */
import { openat } from "../../ffi/calls/file.ts";
import { write } from "../../ffi/calls/pipe.ts";
import { AT_FDCWD, O_CLOEXEC, O_WRONLY } from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { Memory } from "../../ffi/memory.ts";
import {
  type CgroupMount,
  mountedHierarchies,
} from "../runtime/cgroups/mount_table.ts";

/**
 * What it must not stay in. Elsewhere it is better where it is: who shares the
 * processor is told by where its caller was.
 */
const LEFT: ReadonlySet<string> = new Set(["name=systemd", "memory", "pids"]);

/**
 * Moves this process out of the cgroups of a service of systemd's. Does nothing
 * for others, or where the host does not let it.
 */
export async function leaveService(): Promise<void> {
  for (const hierarchy of serviceHierarchies()) await moveToRoot(hierarchy);
}

function serviceHierarchies(): CgroupMount[] {
  const text = Deno.readTextFileSync("/proc/self/cgroup");
  return isInService(text)
    ? hierarchiesToLeave(text, mountedHierarchies())
    : [];
}

/**
 * Whether a process belongs to a service, by its `/proc/PID/cgroup`: the
 * innermost unit counts.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isInService("0::/system.slice/web.service\n"));
 * assert.ok(!isInService("0::/user.slice/user-0.slice/session-1.scope\n"));
 * ```
 */
export function isInService(text: string): boolean {
  // Most are in none at all.
  return text.includes(".service") && parseLines(text).some(({ path }) => {
    const units = path.split("/")
      .filter((part) => /\.(?:service|scope|slice)$/.test(part));
    return units.at(-1)?.endsWith(".service") === true;
  });
}

/** The hierarchies in which a process is somewhere below the root. */
export function hierarchiesToLeave<
  Mount extends Pick<CgroupMount, "version" | "data">,
>(text: string, mounts: readonly Mount[]): Mount[] {
  const lines = parseLines(text);
  return mounts.filter(({ version, data }) => {
    const words = data.split(",");
    const line = lines.find(({ names }) =>
      version === "v2"
        ? names.join() === ""
        : names.some((name) => LEFT.has(name) && words.includes(name))
    );
    return line !== undefined && line.path !== "/";
  });
}

/** A line of `/proc/PID/cgroup`. */
interface CgroupLine {
  /** Controllers, or `name=…`; one that is empty is version 2. */
  readonly names: readonly string[];
  readonly path: string;
}

function parseLines(text: string): CgroupLine[] {
  return text.split("\n").flatMap((line) => {
    const [, names, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    return names === undefined || path === undefined
      ? []
      : [{ names: names.split(","), path }];
  });
}

/** On another thread: the kernel waits until nobody is being born. */
async function moveToRoot({ mountPoint }: CgroupMount): Promise<void> {
  try {
    const path = `${mountPoint}/cgroup.procs`;
    using processes = openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
    const self = new TextEncoder().encode("0");
    using memory = new Memory(self.length);
    memory.bytes.set(self);
    // That it is refused is no reason not to keep the container.
    await write(processes, memory, { offset: 0, length: self.length });
  } catch (error) {
    if (!isSyscallError(error, "EACCES", "EPERM", "EROFS", "ENOENT")) {
      throw error;
    }
  }
}
