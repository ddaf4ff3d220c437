/**
 * `--tmpfs` of the command line.
 *
 * @module
 * @see tmpfs(5)
 */
import {
  invalidVolume,
  parseDestination,
  type TmpfsVolume,
} from "../volume.ts";

/** Options of any mount. */
const MOUNT_OPTIONS: ReadonlySet<string> = new Set(
  ("defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync " +
    "atime noatime diratime nodiratime relatime norelatime strictatime " +
    "nostrictatime private rprivate").split(" "),
);

const SIZE = /^\d+(?:[kKmMgG]|%)?$/;
const COUNT = /^\d+[kKmMgG]?$/;
const ID = /^\d+$/;

/** Options of the file system, and what values they take. */
const VALUES: ReadonlyMap<string, RegExp> = new Map([
  ["size", SIZE],
  ["nr_blocks", COUNT],
  ["nr_inodes", COUNT],
  ["mode", /^[0-7]{1,5}$/],
  ["uid", ID],
  ["gid", ID],
  ["mpol", /^[a-z=]+(?::[\d,-]+)?$/],
]);

/**
 * Reads one `--tmpfs DST[:OPTIONS]`.
 *
 * @throws {UsageError} If the destination is not absolute, or an option is not
 * one of a tmpfs.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseTmpfs("/run:size=1m,mode=1777"), {
 *   destination: "/run",
 *   options: ["size=1m", "mode=1777"],
 * });
 * ```
 */
export function parseTmpfs(text: string): TmpfsVolume {
  const colon = text.indexOf(":");
  const path = colon < 0 ? text : text.slice(0, colon);
  const options = (colon < 0 ? "" : text.slice(colon + 1)).split(",")
    .filter((option) => option !== "");
  const destination = parseDestination(path, (why) => invalidVolume(text, why));
  for (const option of options) {
    if (isTmpfsOption(option)) continue;
    throw invalidVolume(text, `invalid tmpfs option "${option}"`, {
      advice: "size=64m, mode=1777, uid=N, gid=N, nr_inodes=N, ro, exec, …",
    });
  }
  return { destination, options };
}

function isTmpfsOption(option: string): boolean {
  if (MOUNT_OPTIONS.has(option)) return true;
  const [name = "", value] = option.split(/=(.*)/s);
  return value !== undefined && VALUES.get(name)?.test(value) === true;
}
