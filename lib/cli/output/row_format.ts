/**
 * Things listed as docker lists them: a table, lines of JSON, or a template of
 * the user's, by `--format`.
 *
 * @module
 * @see docs.docker.com/engine/cli/formatting
 */
import type { StringFlag } from "../flag.ts";
import { printable } from "./printable.ts";
import { formatTable } from "./table.ts";
import { FUNCTIONS, type FunctionTable } from "./template/functions.ts";
import { parseTemplate, type Template } from "./template/template.ts";
import { toJson } from "./template/value.ts";

/** The flag of a command. */
export interface RowFormatFlag extends StringFlag {
  readonly long: "format";
}

/**
 * The flag, for things that have two fields.
 *
 * @param one Such as `ID`: an example is made of both.
 */
export function rowFormatFlag(one: string, other: string): RowFormatFlag {
  return {
    type: "string",
    long: "format",
    placeholder: "format",
    description: "Print as table, json, or by a template such as " +
      `'{{.${one}}}' or 'table {{.${one}}}\\t{{.${other}}}'`,
  };
}

/** A format that has been read. */
export type RowFormat =
  | { readonly kind: "table"; readonly template?: Template }
  | { readonly kind: "json" }
  | { readonly kind: "template"; readonly template: Template };

/** A thing's fields by docker's names; functions are methods. */
export type Row = Readonly<Record<string, unknown>>;

/** What a table of such things is like. */
export interface RowLayout {
  /** The heading of every field, in capitals; a method gives one. */
  readonly headings: Row;
  /** The fields of the table there is without a template. */
  readonly columns: readonly string[];
}

/**
 * Reads `--format`.
 *
 * @param text Absent or empty for the table; `\t` and `\n` in it are read as
 * docker does.
 * @throws {UsageError} If the template is malformed.
 */
export function parseRowFormat(text: string | undefined): RowFormat {
  if (text === undefined || text === "" || text === "table") {
    return { kind: "table" };
  }
  if (text === "json") return { kind: "json" };
  const isTable = /^table\s/.test(text);
  const source = isTable ? text.slice("table".length).trim() : text;
  const template = parseTemplate(
    source.replaceAll("\\t", "\t").replaceAll("\\n", "\n"),
  );
  return { kind: isTable ? "table" : "template", template };
}

/**
 * Writes things one after the other, each ending in a newline.
 *
 * @throws {UsageError} If a template asks for a field there is not.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const layout = { headings: { ID: "IMAGE ID", Size: "SIZE" }, columns: ["ID"] };
 * const rows = [{ ID: "1234567890", Size: "1MB" }];
 * assert.equal(
 *   formatRows(rows, layout, parseRowFormat("table {{.Size}}\t{{.ID}}")),
 *   "SIZE      IMAGE ID\n1MB       1234567890\n",
 * );
 * ```
 */
export function formatRows(
  rows: readonly Row[],
  { headings, columns }: RowLayout,
  format: RowFormat,
): string {
  if (format.kind === "json") {
    return rows.map((row) => `${toJson(row)}\n`).join("");
  }
  const { template } = format;
  if (template === undefined) {
    const cells = (row: Row): string[] =>
      columns.map((column) => String(row[column] ?? ""));
    return formatTable(cells(headings), rows.map(cells));
  }
  const texts = rows.map((row) => template.render(row));
  if (format.kind === "template") {
    return texts.map((text) => `${text}\n`).join("");
  }
  const [header, ...lines] = [
    template.render(headings, HEADING_FUNCTIONS),
    ...rows.map((row) => template.render(withoutControls(row))),
  ].flatMap((text) => text.split("\n")).map((line) => line.split("\t"));
  return formatTable(header ?? [], lines);
}

/** Headings stay as they are, whatever is done to the values below them. */
const HEADING_FUNCTIONS: FunctionTable = {
  ...FUNCTIONS,
  ...Object.fromEntries(
    ["json", "join", "title", "lower", "upper", "truncate"].map((name) => [
      name,
      (heading: unknown): unknown => heading,
    ]),
  ),
  split: (heading) => [heading],
};

/** A tab or newline in a value is none of the table's. */
function withoutControls(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, withoutControl(value)]),
  );
}

function withoutControl(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (typeof value !== "function") return value;
  return (...args: readonly unknown[]): unknown =>
    withoutControl(value(...args));
}
