/**
 * What of the host, of the store or of memory a container has among its files.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";

/** A directory or file of the host that appears in the container. */
export interface BindVolume {
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute, normalized path inside the container. */
  readonly destination: string;
  /** Whether the container may write to it, and to mounts below it. */
  readonly access: "rw" | "ro";
  /** Whether a missing source is created as a directory. */
  readonly create: "never" | "directory";
  /** The volume of the store that the source is of; absent for the host's own. */
  readonly volume?: VolumeUse;
  /** Relative path of the part that appears; absent for all of the source. */
  readonly subpath?: string;
  /**
   * What is mounted below the source: `hidden`, or `writable` although the
   * access is `ro`; absent: as the source itself.
   */
  readonly below?: "hidden" | "writable";
  /** Whether its files are given to the container's user at its creation. */
  readonly owner?: "user";
  /** Whether ids on disk are those of the container's user namespace. */
  readonly ids?: "mapped";
  /** Whether it was asked for by `--mount`, which is how it is told then. */
  readonly isMount?: true;
}

/** A volume of the store, as a container has it. */
export interface VolumeUse {
  readonly name: string;
  /** Whether it goes with the last container that has it. */
  readonly isAnonymous: boolean;
  /** Whether the image's files go into it while it is empty. */
  readonly copyUp: "if-empty" | "never";
  /** Whether it is another container's, so that it has to be there. */
  readonly isInherited?: true;
  /** Of the volume, should it have to be made; absent for none. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A file system in memory. */
export interface TmpfsVolume {
  /** Absolute, normalized path inside the container. */
  readonly destination: string;
  /** Mount options as written. */
  readonly options: readonly string[];
  /** Whether it was asked for by `--mount`, which is how it is told then. */
  readonly isMount?: true;
}

/** What is needed to understand sources. */
export interface VolumePlaces {
  /** What a relative path is relative to. */
  readonly cwd: string;
  /** The store of volumes. */
  readonly volumes: string;
  /** Makes up a name for a volume that was given none. */
  newName(): string;
}

/**
 * Checks where something is to appear.
 *
 * @param fail Makes the error, told why.
 * @returns The path, normalized.
 * @throws What `fail` makes, if it is not absolute or the root.
 */
export function parseDestination(
  destination: string,
  fail: (why: string) => UsageError,
): string {
  if (!destination.startsWith("/")) {
    throw fail(`"${destination}" is not an absolute path`);
  }
  const path = normalizePath(destination);
  if (path === "/") throw fail("the root cannot be mounted over");
  return path;
}

/** What is wrong with a text that says what to mount. */
export function invalidVolume(
  text: string,
  why: string,
  details: { advice?: string } = {},
): UsageError {
  return new UsageError(
    `invalid volume specification "${text}": ${why}`,
    details,
  );
}

/** An absolute path from one that may be relative, without `.` and `..`. */
export function resolvePath(cwd: string, path: string): string {
  return normalizePath(path.startsWith("/") ? path : `${cwd}/${path}`);
}

/**
 * Removes `.`, `..` and doubled slashes by text, without looking at links.
 *
 * @param path Absolute.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(normalizePath("/a//b/./../c/"), "/a/c");
 * assert.equal(normalizePath("/.."), "/");
 * ```
 */
export function normalizePath(path: string): string {
  const kept: string[] = [];
  for (const component of path.split("/")) {
    if (component === "..") kept.pop();
    else if (component !== "" && component !== ".") kept.push(component);
  }
  return `/${kept.join("/")}`;
}

/** How many components a path has: what lies below is mounted later. */
export function depthOf({ destination }: { destination: string }): number {
  return destination.split("/").length;
}
