/**
 * The mount table as the kernel writes it.
 *
 * @module
 * @see proc_pid_mountinfo(5)
 */
import type { DeviceNumber } from "../../ffi/calls/file.ts";

/** A mount. */
export interface MountEntry {
  /** Of its file system. */
  readonly device: DeviceNumber;
  /** What of its file system it shows, as a path there. */
  readonly root: string;
  /** Where, as this process sees it. */
  readonly mountPoint: string;
  /** The type of its file system. */
  readonly type: string;
  /** Options of the mount, then of its file system, such as `ro`, `noexec`. */
  readonly options: readonly string[];
}

/**
 * Reads a mount table.
 *
 * @param mountinfo The text of `/proc/self/mountinfo`.
 * @returns The mounts in the table's order: later ones cover earlier ones.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = "22 27 0:21 / /my\\040disk ro shared:2 - ext4 /dev/vda rw\n";
 * assert.deepEqual(parseMountTable(line), [{
 *   device: { major: 0, minor: 21 },
 *   root: "/",
 *   mountPoint: "/my disk",
 *   type: "ext4",
 *   options: ["ro", "rw"],
 * }]);
 * ```
 */
export function parseMountTable(mountinfo: string): MountEntry[] {
  return mountinfo.split("\n").map(parseMount)
    .filter((mount) => mount !== undefined);
}

/** Reads a line of a mount table; `undefined` for what is none. */
export function parseMount(line: string): MountEntry | undefined {
  // Optional fields come before the lone dash, as many as there are.
  const [mount = "", fileSystem = ""] = line.split(" - ");
  const [, , device = "", root, mountPoint, options] = mount.split(" ");
  const [type, , superOptions = ""] = fileSystem.split(" ");
  const [major, minor] = device.split(":");
  if (
    major === undefined || minor === undefined || root === undefined ||
    mountPoint === undefined || options === undefined || type === undefined
  ) return undefined;
  return {
    device: { major: Number(major), minor: Number(minor) },
    root: unescape(root),
    mountPoint: unescape(mountPoint),
    type,
    options: `${options},${superOptions}`.split(","),
  };
}

/** Blanks, tabs, newlines and backslashes are written as octal numbers. */
function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\([0-7]{3})/g,
    (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
