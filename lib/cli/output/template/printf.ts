/**
 * Go's formatted output, as far as templates use it.
 *
 * @module
 * @see Go package fmt, "Printing"
 */
import { formatValue, isNil, typeName } from "./value.ts";

const DIRECTIVE =
  /%(?<flags>[-+# 0]*)(?<width>\d+|\*)?(?:\.(?<precision>\d+|\*)?)?(?<verb>[^])?/gu;
/** Wider than anybody's terminal; no more, for it costs memory. */
const MAX_WIDTH = 10_000;

/** One `%…` of a format. */
interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly verb: string;
}

/**
 * Formats values.
 *
 * @param format With `%v %s %q %d %t %f %e %g %x %X %o %b %c %U %T %%`, their flags,
 * width and precision; what does not fit is written as Go writes it.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(sprintf("%-4s|%05.1f|%x", ["ab", 3.14159, 255]), "ab  |003.1|ff");
 * assert.equal(sprintf("%d", ["a"]), "%!d(string=a)");
 * ```
 */
export function sprintf(format: string, values: readonly unknown[]): string {
  let next = 0;
  const star = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    const number = text === "*" ? Number(values[next++]) : Number(text);
    return Math.min(Number.isInteger(number) ? number : 0, MAX_WIDTH);
  };
  const text = format.replace(DIRECTIVE, (whole, ...rest) => {
    const groups = rest.at(-1) as Record<string, string | undefined>;
    const { flags = "", verb } = groups;
    const width = star(groups["width"]) ?? 0;
    const precision = star(
      groups["precision"] ?? (whole.includes(".") ? "0" : undefined),
    );
    if (verb === "%") return "%";
    if (verb === undefined) return "%!(NOVERB)";
    if (next >= values.length) return `%!${verb}(MISSING)`;
    return formatOne(values[next++], { flags, width, precision, verb });
  });
  const extra = values.slice(next)
    .map((value) => `${typeName(value)}=${formatValue(value)}`);
  return next < values.length ? `${text}%!(EXTRA ${extra.join(", ")})` : text;
}

function formatOne(value: unknown, directive: Directive): string {
  const { verb, flags } = directive;
  if (Array.isArray(value) && !/[vT]/.test(verb)) {
    return `[${value.map((item) => formatOne(item, directive)).join(" ")}]`;
  }
  const text = verbText(value, directive);
  if (text === undefined) {
    const shown = isNil(value)
      ? "<nil>"
      : `${typeName(value)}=${formatValue(value)}`;
    return `%!${verb}(${shown})`;
  }
  const isNumeric = typeof value === "number" && !/[vsT]/.test(verb);
  return pad(isNumeric ? withSign(text, flags) : text, directive, isNumeric);
}

/** The value without sign and padding, or `undefined` if the verb is wrong. */
function verbText(value: unknown, directive: Directive): string | undefined {
  const { verb } = directive;
  if (verb === "T") return isNil(value) ? "<nil>" : typeName(value);
  if (verb === "v") return formatValue(value);
  if (typeof value === "string") return stringText(value, directive);
  if (typeof value === "boolean") return verb === "t" ? `${value}` : undefined;
  if (typeof value !== "number") return undefined;
  return Number.isInteger(value)
    ? integerText(value, directive) ?? floatText(value, directive)
    : floatText(value, directive);
}

function stringText(
  value: string,
  { verb, precision, flags }: Directive,
): string | undefined {
  const cut = precision === undefined
    ? value
    : [...value].slice(0, precision).join("");
  switch (verb) {
    case "s":
      return cut;
    case "q":
      return flags.includes("#") && !cut.includes("`")
        ? `\`${cut}\``
        : JSON.stringify(cut);
    case "x":
      return new TextEncoder().encode(cut).toHex();
    case "X":
      return new TextEncoder().encode(cut).toHex().toUpperCase();
    default:
      return undefined;
  }
}

function integerText(
  value: number,
  { verb, flags }: Directive,
): string | undefined {
  const prefix = flags.includes("#");
  switch (verb) {
    case "d":
      return `${value}`;
    case "x":
      return (prefix ? "0x" : "") + value.toString(16);
    case "X":
      return (prefix ? "0X" : "") + value.toString(16).toUpperCase();
    case "o":
      return (prefix ? "0" : "") + value.toString(8);
    case "b":
      return value.toString(2);
    case "c":
      return character(value);
    case "q":
      return `'${character(value)}'`;
    case "U":
      return `U+${value.toString(16).toUpperCase().padStart(4, "0")}`;
    default:
      return undefined;
  }
}

/** What is no code point is U+FFFD. */
function character(value: number): string {
  return String.fromCodePoint(value < 0 || value > 0x10ffff ? 0xfffd : value);
}

/** Numbers of templates do not tell whole ones from others, so all are taken. */
function floatText(
  value: number,
  { verb, precision }: Directive,
): string | undefined {
  switch (verb) {
    case "f":
    case "F":
      return value.toFixed(precision ?? 6);
    case "e":
      // Go's exponents have two digits.
      return value.toExponential(precision ?? 6)
        .replace(/(e[+-])(\d)$/, "$10$2");
    case "g":
      return precision === undefined
        ? `${value}`
        : `${Number(value.toPrecision(Math.max(1, precision)))}`;
    default:
      return undefined;
  }
}

function withSign(text: string, flags: string): string {
  if (text.startsWith("-")) return text;
  if (flags.includes("+")) return `+${text}`;
  return flags.includes(" ") ? ` ${text}` : text;
}

function pad(
  text: string,
  { width, flags }: Directive,
  isNumeric: boolean,
): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!flags.includes("0") || !isNumeric) return " ".repeat(missing) + text;
  const sign = /^[-+ ]?/.exec(text)?.[0] ?? "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}
