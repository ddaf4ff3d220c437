/**
 * Options of an overlay mount.
 *
 * @module
 * @see Linux Documentation/filesystems/overlayfs.rst
 */

/** The directories of an overlay, absolute paths on the host. */
export interface OverlayDirectories {
  /** Read-only layers, the topmost first; at least one. */
  readonly lower: readonly string[];
  /** Where changes go. */
  readonly upper: string;
  /** Scratch space beside `upper`, on the same file system. */
  readonly work: string;
  /**
   * Whether the changes outlive the mount. If not, nothing is synced to disk,
   * neither at fsync(2) nor at the end, and the directories cannot be mounted
   * again.
   */
  readonly changes: "kept" | "discarded";
}

/**
 * The mount options for an overlay.
 *
 * Features that spread one file over several places are switched off,
 * whatever the kernel's defaults, so that `upper` alone is the container's
 * changes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(
 *   overlayOptions({
 *     lower: ["/l/b,c", "/l/a"],
 *     upper: "/c/u",
 *     work: "/c/w",
 *     changes: "discarded",
 *   }),
 *   [
 *     "lowerdir=/l/b\\,c:/l/a",
 *     "upperdir=/c/u",
 *     "workdir=/c/w",
 *     "index=off",
 *     "redirect_dir=off",
 *     "metacopy=off",
 *     "volatile",
 *   ],
 * );
 * ```
 */
export function overlayOptions(directories: OverlayDirectories): string[] {
  const { lower, upper, work, changes } = directories;
  return [
    `lowerdir=${lower.map(escapeLower).join(":")}`,
    `upperdir=${escape(upper)}`,
    `workdir=${escape(work)}`,
    "index=off",
    "redirect_dir=off",
    "metacopy=off",
    ...(changes === "discarded" ? ["volatile"] : []),
  ];
}

/**
 * The mount options for an overlay that cannot be written to, of the same
 * layers; they may be in use by another one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const [layers] = readonlyOverlayOptions({ lower: ["/l/a"], upper: "/c/u" });
 * assert.equal(layers, "lowerdir=/c/u:/l/a");
 * ```
 */
export function readonlyOverlayOptions(
  { lower, upper }: Pick<OverlayDirectories, "lower" | "upper">,
): string[] {
  return [
    `lowerdir=${[upper, ...lower].map(escapeLower).join(":")}`,
    "index=off",
    "redirect_dir=off",
    "metacopy=off",
    "ro",
  ];
}

function escape(path: string): string {
  return path.replaceAll("\\", "\\\\").replaceAll(",", "\\,");
}

function escapeLower(path: string): string {
  return escape(path).replaceAll(":", "\\:");
}
