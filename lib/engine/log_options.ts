/**
 * `--log-driver` and `--log-opt`: where a container's output is written down.
 *
 * @module
 */
import { parseByteSize } from "../base/byte_size.ts";
import { UsageError } from "../base/errors.ts";
import type { LogConfig } from "./container_config.ts";
import type { LifecycleOptions } from "./run_options.ts";

const DEFAULT_MAX_SIZE_BYTES = 10 * 1024 ** 2;
const DEFAULT_MAX_FILES = 3;

/**
 * Reads where output is kept. Unlike docker's, an unconfigured log is bounded.
 *
 * @throws {UsageError} If there is no such driver or option.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseLogOptions({ logOpts: ["max-size=1m"] }), {
 *   driver: "json-file",
 *   maxSizeBytes: 1024 ** 2,
 *   maxFiles: 3,
 * });
 * ```
 */
export function parseLogOptions(
  { logDriver = "json-file", logOpts }: Pick<
    LifecycleOptions,
    "logDriver" | "logOpts"
  >,
): LogConfig {
  const driver = logDriver === "" ? "json-file" : logDriver;
  if (driver !== "json-file" && driver !== "none") {
    throw new UsageError(
      `logger: no log driver named '${driver}' is registered`,
      { advice: "--log-driver json-file or --log-driver none" },
    );
  }
  let maxSizeBytes = DEFAULT_MAX_SIZE_BYTES;
  let maxFiles = DEFAULT_MAX_FILES;
  for (const text of logOpts) {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const value = equals < 0 ? "" : text.slice(equals + 1);
    if (name === "max-size") maxSizeBytes = maxSize(value);
    else if (name === "max-file") maxFiles = maxFile(value);
    else {
      throw new UsageError(
        `unknown log opt '${name}' for ${driver} log driver`,
        { advice: "--log-opt max-size=10m or --log-opt max-file=3" },
      );
    }
  }
  if (driver === "none" && logOpts.length > 0) {
    throw new UsageError("invalid logging opts for driver none");
  }
  return { driver, maxSizeBytes, maxFiles };
}

/** A size, or `-1` for a file that may grow for ever. */
function maxSize(text: string): number {
  if (text === "-1") return -1;
  const bytes = parseByteSize(text);
  if (bytes > 0) return bytes;
  throw new UsageError("max-size must be a positive number", {
    advice: "--log-opt max-size=10m",
  });
}

function maxFile(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new UsageError(
    `invalid max-file "${text}": it cannot be less than 1, or more than 9999`,
    { advice: "--log-opt max-file=3" },
  );
}
