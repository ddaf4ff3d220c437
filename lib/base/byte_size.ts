/**
 * Sizes in bytes: read as docker's memory flags read them, written as its
 * columns write them.
 *
 * @module
 */
import { UsageError } from "./errors.ts";

const PREFIXES = ["", "k", "m", "g", "t", "p"];
const DECIMAL_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];
const BINARY_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const SIZE = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i;

/**
 * Reads a size. Every unit counts 1024, as in docker: `1k`, `1K`, `1kb` and
 * `1KiB` are all 1024 bytes.
 *
 * @returns Whole bytes, rounded down, never negative.
 * @throws {UsageError} If it is not a size, or too large to be exact.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseByteSize("64m"), 64 * 1024 ** 2);
 * assert.equal(parseByteSize("1.5GiB"), 1536 * 1024 ** 2);
 * ```
 */
export function parseByteSize(text: string): number {
  const match = SIZE.exec(text);
  if (match === null) {
    throw new UsageError(`invalid size: "${text}"`, {
      advice: "a number with an optional unit, such as 512, 64m or 1.5g",
    });
  }
  const [, number = "", prefix = ""] = match;
  const exponent = PREFIXES.indexOf(prefix.toLowerCase());
  const bytes = Math.floor(Number(number) * 1024 ** exponent);
  if (!Number.isSafeInteger(bytes)) {
    throw new UsageError(`invalid size: "${text}" is too large`);
  }
  return bytes;
}

/**
 * Writes a size of files, in powers of 1000 and three digits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(formatByteSize(1_984_321), "1.98MB");
 * ```
 */
export function formatByteSize(bytes: number): string {
  return format(bytes, { base: 1000, units: DECIMAL_UNITS, digits: 3 });
}

/**
 * Writes a size of memory, in powers of 1024 and four digits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(formatMemorySize(552 * 1024), "552KiB");
 * ```
 */
export function formatMemorySize(bytes: number): string {
  return format(bytes, { base: 1024, units: BINARY_UNITS, digits: 4 });
}

interface Scale {
  readonly base: number;
  readonly units: readonly string[];
  readonly digits: number;
}

function format(bytes: number, { base, units, digits }: Scale): string {
  let value = bytes;
  let unit = 0;
  // Rounding first: 999.9 kB to three digits is 1 MB, not 1000 kB.
  while (round(value, digits) >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  return `${round(value, digits)}${units[unit] ?? ""}`;
}

function round(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
