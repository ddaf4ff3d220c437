/**
 * `HEALTHCHECK` of a Dockerfile. Pure.
 *
 * @module
 * @see Dockerfile reference, "HEALTHCHECK"
 */
import { parseDurationMs } from "../../base/duration.ts";
import { UsageError } from "../../base/errors.ts";
import type { ImageHealthcheck } from "../../oci/image_spec.ts";
import { readList } from "./json_list.ts";

const FLAG = /^--([a-z-]+)(?:=(\S*))?(?:\s+|$)/;
const NANOSECONDS = 1e6;

const DURATIONS: Readonly<
  Record<string, "Interval" | "Timeout" | "StartPeriod" | "StartInterval">
> = {
  "interval": "Interval",
  "timeout": "Timeout",
  "start-period": "StartPeriod",
  "start-interval": "StartInterval",
};

/**
 * Reads how health is checked.
 *
 * @param text What follows `HEALTHCHECK`.
 * @throws {UsageError} If it is malformed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(readHealthcheck("--interval=5s CMD test -e /ok"), {
 *   Interval: 5_000_000_000,
 *   Test: ["CMD-SHELL", "test -e /ok"],
 * });
 * ```
 */
export function readHealthcheck(text: string): ImageHealthcheck {
  const flags: {
    -readonly [K in keyof ImageHealthcheck]: ImageHealthcheck[K];
  } = {};
  let rest = text;
  for (let flag = FLAG.exec(rest); flag !== null; flag = FLAG.exec(rest)) {
    const [whole, name = "", value] = flag;
    if (name === "retries") flags.Retries = readRetries(value);
    else {
      const key = Object.hasOwn(DURATIONS, name) ? DURATIONS[name] : undefined;
      if (key === undefined) throw new UsageError(`unknown flag: --${name}`);
      flags[key] = readDuration(name, value);
    }
    rest = rest.slice(whole.length);
  }
  const [, kind = "", program = ""] = /^(\S*)\s*(.*)$/s.exec(rest) ?? [];
  return { ...readTest(kind, program), ...flags };
}

function readTest(kind: string, program: string): ImageHealthcheck {
  switch (kind.toUpperCase()) {
    case "":
      throw new UsageError("HEALTHCHECK requires at least one argument");
    case "NONE":
      if (program === "") return { Test: ["NONE"] };
      throw new UsageError("HEALTHCHECK NONE takes no arguments");
    case "CMD": {
      const list = readList(program);
      if (program === "" || list?.length === 0) {
        throw new UsageError("Missing command after HEALTHCHECK CMD");
      }
      return {
        Test: list === undefined ? ["CMD-SHELL", program] : ["CMD", ...list],
      };
    }
    default:
      throw new UsageError(`Unknown type "${kind}" in HEALTHCHECK (try CMD)`);
  }
}

function readDuration(name: string, value: string | undefined): number {
  const ms = value === undefined ? NaN : parseDurationMs(value);
  if (ms === 0 || ms >= 1) return Math.round(ms * NANOSECONDS);
  throw new UsageError(
    value === undefined
      ? `HEALTHCHECK --${name} needs a value, such as --${name}=30s`
      : `Interval "${name}" cannot be less than 1ms`,
  );
}

function readRetries(value: string | undefined): number {
  if (value !== undefined && /^\d+$/.test(value)) return Number(value);
  throw new UsageError(
    `--retries must be a number that is not negative: "${value ?? ""}"`,
  );
}
