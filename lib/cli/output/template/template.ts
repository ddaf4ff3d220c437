/**
 * `--format`: templates in the part of Go's template language that docker's
 * users write.
 *
 * @module
 */
import { evaluate } from "./evaluate.ts";
import { FUNCTIONS, type FunctionTable } from "./functions.ts";
import { parse } from "./parse.ts";

/** A template that has been read. */
export interface Template {
  /**
   * Applies it to a value.
   *
   * @param data What `.` and `$` are. Objects are structs, of which unknown
   * fields are an error, `Map`s are maps, functions are methods.
   * @param functions Others under the same names.
   * @throws {UsageError} If it asks for what the value has not.
   */
  render(data: unknown, functions?: FunctionTable): string;
}

/** The names a template may call. */
const NAMES: ReadonlySet<string> = new Set(Object.keys(FUNCTIONS));

/**
 * Reads a template.
 *
 * @throws {UsageError} If it is malformed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const template = parseTemplate("{{.Name}}: {{join .Args \",\"}}");
 * assert.equal(template.render({ Name: "a", Args: ["b", "c"] }), "a: b,c");
 * ```
 */
export function parseTemplate(text: string): Template {
  const nodes = parse(text, NAMES);
  return {
    render: (data, functions = FUNCTIONS) => evaluate(nodes, data, functions),
  };
}
