/**
 * `--volume` and `--tmpfs` of the command line.
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
}

/** A file system in memory. */
export interface TmpfsVolume {
  /** Absolute, normalized path inside the container. */
  readonly destination: string;
  /** Mount options as written. */
  readonly options: readonly string[];
}

/**
 * Reads one `-v SRC:DST[:OPTIONS]`.
 *
 * @param text As written. Options, separated by commas: `ro`, `rw`, `create`;
 * `z`, `Z`, `private`, `rprivate`, `cached`, `delegated` and `consistent` are
 * accepted and change nothing here.
 * @param cwd What a relative source is relative to.
 * @throws {UsageError} If it is malformed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseVolume("./data:/data/:ro", "/home/me"), {
 *   source: "/home/me/data",
 *   destination: "/data",
 *   access: "ro",
 *   create: "never",
 * });
 * ```
 */
export function parseVolume(text: string, cwd: string): BindVolume {
  const [source = "", destination, options, ...rest] = text.split(":");
  if (source === "" || destination === undefined || destination === "") {
    throw invalid(text, "it is not SRC:DST[:OPTIONS]", {
      advice: "-v ./data:/data or -v ./data:/data:ro",
    });
  }
  if (rest.length > 0) throw invalid(text, "it has too many colons");
  if (!/^[./~]/.test(source)) {
    throw invalid(
      text,
      `"${source}" is a name, and named volumes do not exist yet`,
      { advice: `-v ./${text} for a directory of the host` },
    );
  }
  return {
    source: resolvePath(cwd, source),
    destination: parseDestination(text, destination),
    ...parseOptions(text, options),
  };
}

/** Options that say what is the case anyway, or what only other hosts need. */
const IGNORED: ReadonlySet<string> = new Set([
  "",
  "z",
  "Z",
  "private",
  "rprivate",
  "bind",
  "rbind",
  "cached",
  "delegated",
  "consistent",
]);

function parseOptions(
  text: string,
  options: string | undefined,
): Pick<BindVolume, "access" | "create"> {
  let access: BindVolume["access"] = "rw";
  let create: BindVolume["create"] = "never";
  for (const option of options?.split(",") ?? []) {
    if (option === "ro" || option === "rw") access = option;
    else if (option === "create") create = "directory";
    else if (!IGNORED.has(option)) {
      throw invalid(text, `"${option}" is no known option`, {
        advice: "the options ro, rw and create",
      });
    }
  }
  return { access, create };
}

/**
 * Reads one `--tmpfs DST[:OPTIONS]`.
 *
 * @throws {UsageError} If the destination is not absolute.
 */
export function parseTmpfs(text: string): TmpfsVolume {
  const colon = text.indexOf(":");
  const path = colon < 0 ? text : text.slice(0, colon);
  const options = colon < 0 ? "" : text.slice(colon + 1);
  return {
    destination: parseDestination(text, path),
    options: options.split(",").filter((option) => option !== ""),
  };
}

function parseDestination(text: string, destination: string): string {
  if (!destination.startsWith("/")) {
    throw invalid(text, `"${destination}" is not an absolute path`);
  }
  const path = normalizePath(destination);
  if (path === "/") throw invalid(text, "the root cannot be mounted over");
  return path;
}

function invalid(
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
