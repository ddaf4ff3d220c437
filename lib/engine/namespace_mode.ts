/**
 * `--pid`, `--ipc`, `--uts` and `--cgroupns`: whether a container has a
 * namespace of its own.
 *
 * @module
 * @see namespaces(7)
 */
import { UsageError } from "../base/errors.ts";

/** Whether a namespace is the container's own or the host's. */
export type NamespaceMode = "private" | "host";

/** As {@linkcode NamespaceMode}; `none` is private, without /dev/shm. */
export type IpcMode = NamespaceMode | "none";

/** The flags that choose one, with what docker's messages call it. */
const FLAGS = {
  pid: "PID",
  uts: "UTS",
  cgroupns: "CGROUP",
} as const;

/**
 * Reads `--pid`, `--uts` or `--cgroupns`.
 *
 * @param text As written; absent or empty means private.
 * @throws {UsageError} For anything but `private` and `host`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseNamespaceMode("pid", "host"), "host");
 * ```
 */
export function parseNamespaceMode(
  flag: keyof typeof FLAGS,
  text: string | undefined,
): NamespaceMode {
  if (text === undefined || text === "" || text === "private") return "private";
  if (text === "host") return "host";
  throw invalid(flag, FLAGS[flag], text);
}

/**
 * Reads `--ipc`.
 *
 * @param text As written. `shareable`, docker's default, is private: no other
 * container can join one yet.
 * @throws {UsageError} For anything but docker's words and `private`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseIpcMode(undefined), "private");
 * assert.equal(parseIpcMode("none"), "none");
 * ```
 */
export function parseIpcMode(text: string | undefined): IpcMode {
  if (text === undefined || text === "" || text === "shareable") {
    return "private";
  }
  if (text === "private" || text === "host" || text === "none") return text;
  throw invalid("ipc", "IPC", text);
}

function invalid(flag: string, what: string, text: string): UsageError {
  const others = flag === "ipc" ? "private, none or host" : "private or host";
  return new UsageError(`--${flag}: invalid ${what} mode "${text}"`, {
    advice: text.startsWith("container:")
      ? `${others}; joining other containers does not exist yet`
      : others,
  });
}
