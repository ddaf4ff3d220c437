/**
 * What is wrong with a template, in the words of Go's, which docker shows.
 *
 * @module
 */
import { UsageError } from "../../../base/errors.ts";
import type { Place } from "./node.ts";

/** A template that cannot be read. */
export function parseError(line: number, what: string): UsageError {
  return new UsageError(`template parsing error: template: :${line}: ${what}`, {
    advice: "{{.Field}}, {{json .}}, {{range}}, {{if}}; see docs/cli.md",
  });
}

/**
 * A template that does not fit what it is applied to.
 *
 * @param advice What would fit.
 */
export function evaluationError(
  { line, column, text }: Place,
  what: string,
  advice?: string,
): UsageError {
  return new UsageError(
    `template parsing error: template: :${line}:${column}: executing "" at <${text}>: ${what}`,
    advice === undefined ? {} : { advice },
  );
}
