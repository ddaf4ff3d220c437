/**
 * `--ulimit`: limits of each process of a container.
 *
 * @module
 * @see runtime-spec 1.2, config.md, "POSIX process"
 * @see getrlimit(2)
 */
import { RLIMIT, type RlimitName } from "../../ffi/constants/resource.ts";
import { UsageError } from "../base/errors.ts";
import type { Rlimit } from "../oci/runtime_spec.ts";
import { invalidArgument } from "./invalid_argument.ts";

/** What the kernel takes for unlimited, where it is written as a number. */
const RLIM_INFINITY_TEXT = "18446744073709551615";

/**
 * Reads all `--ulimit NAME=SOFT[:HARD]`; of several of one name the last one
 * counts.
 *
 * @param texts Names as docker has them, such as `nofile`. `host` in place of
 * one keeps what tsdocker was given, which is so for absent ones anyway.
 * @returns `-1` is unlimited.
 * @throws {UsageError} In docker's words.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseUlimits(["nofile=1024:4096", "core=0"]), [
 *   { type: "RLIMIT_NOFILE", soft: 1024, hard: 4096 },
 *   { type: "RLIMIT_CORE", soft: 0, hard: 0 },
 * ]);
 * ```
 */
export function parseUlimits(texts: readonly string[]): Rlimit[] {
  const limits = new Map<RlimitName, Rlimit>();
  for (const text of texts) {
    if (text === "host") continue;
    const limit = parseUlimit(text);
    limits.set(limit.type, limit);
  }
  return [...limits.values()];
}

function parseUlimit(text: string): Rlimit {
  const equals = text.indexOf("=");
  if (equals < 0) throw invalid(text, `invalid ulimit argument: ${text}`);
  const name = text.slice(0, equals);
  const values = text.slice(equals + 1);
  const wanted = name.toUpperCase().replace(/^(?!RLIMIT_)/, "RLIMIT_");
  if (!isRlimitName(wanted)) {
    throw invalid(text, `invalid ulimit type: ${name}`);
  }
  const [soft = "", hard = soft, ...more] = values.split(":");
  if (more.length > 0) {
    throw invalid(
      text,
      `too many limit value arguments - ${values}, can only have up to two, \`soft[:hard]\``,
    );
  }
  const limit = {
    type: wanted,
    soft: parseValue(soft, text),
    hard: parseValue(hard, text),
  };
  if (exceeds(limit.soft, limit.hard)) {
    const values = limit.soft === -1
      ? `soft: -1 (unlimited), hard: ${limit.hard}`
      : `${limit.soft} > ${limit.hard}`;
    throw invalid(
      text,
      `ulimit soft limit must be less than or equal to hard limit: ${values}`,
    );
  }
  return limit;
}

function isRlimitName(name: string): name is RlimitName {
  return Object.hasOwn(RLIMIT, name);
}

function parseValue(value: string, text: string): number {
  const isUnlimited = value === "unlimited" || value === "-1" ||
    value === RLIM_INFINITY_TEXT;
  if (isUnlimited) return -1;
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (Number.isSafeInteger(number)) return number;
  throw invalid(text, `"${value}" is neither a whole number nor unlimited`);
}

/** Whether one limit is above another; `-1` is above all. */
function exceeds(limit: number, other: number): boolean {
  return other !== -1 && (limit === -1 || limit > other);
}

function invalid(text: string, why: string): UsageError {
  return invalidArgument("--ulimit", text, { why });
}

/** The highest hard limits that can be set; absent or `-1` is any. */
export type RlimitCeilings = Readonly<Partial<Record<RlimitName, number>>>;

/** Limits that can be set, and what to tell about the others. */
export interface ClampedRlimits {
  readonly rlimits: readonly Rlimit[];
  /** One line on all that have been lowered; absent if none was. */
  readonly note?: string;
}

/**
 * Lowers limits to what can be set: a container with lower limits runs, one
 * whose limits are refused does not.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const wanted = { type: "RLIMIT_NOFILE", soft: 1024, hard: 65536 } as const;
 * assert.deepEqual(clampRlimits([wanted], { RLIMIT_NOFILE: 4096 }), {
 *   rlimits: [{ type: "RLIMIT_NOFILE", soft: 1024, hard: 4096 }],
 *   note: "Limits lowered to what this host allows: nofile 1024:65536 to 1024:4096",
 * });
 * ```
 */
export function clampRlimits(
  rlimits: readonly Rlimit[],
  ceilings: RlimitCeilings,
): ClampedRlimits {
  const lowered: string[] = [];
  const clamped = rlimits.map((limit) => {
    const ceiling = ceilings[limit.type] ?? -1;
    if (!exceeds(limit.hard, ceiling)) return limit;
    const soft = exceeds(limit.soft, ceiling) ? ceiling : limit.soft;
    const result: Rlimit = { ...limit, soft, hard: ceiling };
    lowered.push(
      `${ulimitName(limit.type)} ${valuesOf(limit)} to ${valuesOf(result)}`,
    );
    return result;
  });
  if (lowered.length === 0) return { rlimits: clamped };
  return {
    rlimits: clamped,
    note: `Limits lowered to what this host allows: ${lowered.join(", ")}`,
  };
}

function ulimitName(type: RlimitName): string {
  return type.slice("RLIMIT_".length).toLowerCase();
}

function valuesOf({ soft, hard }: Rlimit): string {
  const [from, to] = [soft, hard].map((value) =>
    value === -1 ? "unlimited" : String(value)
  );
  return from === to ? `${from}` : `${from}:${to}`;
}
