/**
 * The functions templates can call: Go's own and docker's.
 *
 * @module
 * @see Go text/template, "Functions"
 * @see docs.docker.com/engine/cli/formatting
 */
import { compare, equals } from "./compare.ts";
import { sprintf } from "./printf.ts";
import { formatValue, isEmptyValue, isNil, toJson } from "./value.ts";

/** A function of templates. What it throws is told to be the call's fault. */
export type TemplateFunction = (...values: readonly unknown[]) => unknown;

/** Functions by the names templates know them by. */
export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Functions that decide by one argument whether to look at the next. */
export const SHORT_CIRCUITS: ReadonlySet<string> = new Set(["and", "or"]);

/** All functions; of `and` and `or` only the names. */
export const FUNCTIONS: FunctionTable = {
  and: lastOf,
  or: lastOf,
  not: (value) => isEmptyValue(value),
  len: length,
  index,
  slice,
  print: (...values) => print(values),
  printf: (format, ...values) => sprintf(text(format), values),
  println: (...values) => `${values.map(formatValue).join(" ")}\n`,
  html: (...values) => print(values).replace(/[&<>"']/g, htmlEscape),
  urlquery: (...values) =>
    encodeURIComponent(print(values)).replaceAll("%20", "+"),
  eq: (first, ...others) => others.some((other) => equals(first, other)),
  ne: (a, b) => !equals(a, b),
  lt: (a, b) => compare(a, b) < 0,
  le: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  ge: (a, b) => compare(a, b) >= 0,
  json: (value) => toJson(value),
  split: (value, separator) => text(value).split(text(separator)),
  join: (list, separator) => items(list).map(text).join(text(separator)),
  lower: (value) => text(value).toLowerCase(),
  upper: (value) => text(value).toUpperCase(),
  title: (value) =>
    text(value).replace(/(?<![\p{L}\p{N}_'])\p{L}/gu, (c) => c.toUpperCase()),
  pad: (value, before, after) =>
    " ".repeat(count(before)) + text(value) + " ".repeat(count(after)),
  truncate: (value, length) =>
    [...text(value)].slice(0, count(length)).join(""),
};

function lastOf(...values: readonly unknown[]): unknown {
  return values.at(-1);
}

/** Spaces come between values neither of which is a text. */
function print(values: readonly unknown[]): string {
  return values.map((value, i) => {
    const isText = typeof value === "string" ||
      typeof values[i - 1] === "string";
    return `${i === 0 || isText ? "" : " "}${formatValue(value)}`;
  }).join("");
}

function length(value: unknown): number {
  if (isNil(value)) return 0;
  if (typeof value === "string") return ENCODER.encode(value).length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  throw new Error("len of a value that has no length");
}

/** What a map has not is as empty as what it has: a text, or nothing. */
function index(value: unknown, ...keys: readonly unknown[]): unknown {
  return keys.reduce((item, key) => {
    if (item instanceof Map) {
      const isOfTexts = [...item.values()].every((v) => typeof v === "string");
      return item.get(text(key)) ?? (isOfTexts ? "" : null);
    }
    const list = typeof item === "string" ? [...ENCODER.encode(item)] : item;
    if (!Array.isArray(list) && !isNil(list)) {
      throw new Error("cannot index a value that is no list or map");
    }
    const at = number(key);
    if (list && at >= 0 && at < list.length) return list[at];
    throw new Error(`index out of range: ${at}`);
  }, value);
}

function slice(value: unknown, ...bounds: readonly unknown[]): unknown {
  const list = typeof value === "string" ? ENCODER.encode(value) : value;
  if (!Array.isArray(list) && !(list instanceof Uint8Array)) {
    throw new Error("cannot slice a value that is no list or text");
  }
  const [start = 0, end = list.length] = bounds.map(number);
  if (start < 0 || end > list.length || start > end) {
    throw new Error(`index out of range: ${Math.max(start, end)}`);
  }
  const part = list.slice(start, end);
  return part instanceof Uint8Array ? DECODER.decode(part) : part;
}

function htmlEscape(character: string): string {
  return character === "'" || character === '"'
    ? `&#${character.charCodeAt(0)};`
    : { "&": "&amp;", "<": "&lt;" }[character] ?? "&gt;";
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Error(`wrong type: want a text, have ${formatValue(value)}`);
}

function number(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new Error(`wrong type: want a number, have ${formatValue(value)}`);
}

/** Of characters; more than fit on a terminal is a mistake. */
function count(value: unknown): number {
  return Math.max(0, Math.min(number(value), 10_000));
}

function items(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (isNil(value)) return [];
  throw new Error(`wrong type: want a list, have ${formatValue(value)}`);
}
