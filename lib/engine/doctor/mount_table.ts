/**
 * The mount table as the kernel writes it.
 *
 * @module
 * @see proc_pid_mountinfo(5)
 */

/** A mount. */
export interface MountEntry {
  /** What of its file system it shows, as a path there. */
  readonly root: string;
  /** Where, as this process sees it. */
  readonly mountPoint: string;
  /** Options of the mount and of its file system, such as `ro`, `noexec`. */
  readonly options: ReadonlySet<string>;
  /** The type of its file system. */
  readonly type: string;
}

/**
 * Reads a mount table.
 *
 * @param mountinfo The text of `/proc/self/mountinfo`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = "22 27 0:21 / /my\\040disk rw,noexec shared:2 - ext4 /dev/vda rw\n";
 * const [mount] = parseMountTable(line);
 * assert.equal(mount?.mountPoint, "/my disk");
 * assert.equal(mount?.type, "ext4");
 * assert.ok(mount?.options.has("noexec"));
 * ```
 */
export function parseMountTable(mountinfo: string): MountEntry[] {
  return mountinfo.split("\n").flatMap((line): MountEntry[] => {
    const [left = "", right = ""] = line.split(" - ");
    const [, , , root, mountPoint, options] = left.split(" ");
    const [type, , superOptions] = right.split(" ");
    if (
      root === undefined || mountPoint === undefined || options === undefined ||
      type === undefined
    ) return [];
    return [{
      root: unescape(root),
      mountPoint: unescape(mountPoint),
      options: new Set([
        ...options.split(","),
        ...(superOptions ?? "").split(","),
      ]),
      type,
    }];
  });
}

/**
 * The mount that a path is on.
 *
 * @param path Absolute, without links; it need not exist.
 */
export function mountOf(
  mounts: readonly MountEntry[],
  path: string,
): MountEntry | undefined {
  let found: MountEntry | undefined;
  for (const mount of mounts) {
    const isAround = `${path}/`.startsWith(`${mount.mountPoint}/`) ||
      mount.mountPoint === "/";
    // Of two on the same point, the later one covers the other.
    const isNearer = found === undefined ||
      mount.mountPoint.length >= found.mountPoint.length;
    if (isAround && isNearer) found = mount;
  }
  return found;
}

/** Blanks, tabs, newlines and backslashes are written as octal numbers. */
function unescape(text: string): string {
  return text.replace(
    /\\([0-7]{3})/g,
    (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
