/**
 * What the commands that inspect have in common: how things are told of.
 *
 * @module
 */
import type { CommandContext } from "./context.ts";
import { EXIT_STATUS } from "./errors.ts";
import type { StringFlag } from "./flag.ts";
import { parseTemplate } from "./output/template/template.ts";
import { toJson } from "./output/template/value.ts";

/** A sentence for the help. */
export const INSPECT_HELP =
  "One array of JSON objects as docker's, or with a template a line for " +
  "each. All are tried, even if one is missing.";

/**
 * The flag `--format`.
 *
 * @param example A template.
 */
export function inspectFormatFlag(
  example: string,
): StringFlag & { readonly short: "f" } {
  return {
    type: "string",
    long: "format",
    short: "f",
    placeholder: "format",
    description:
      `Print json on one line, or by a template such as '${example}'`,
  };
}

/** How things are inspected. */
export interface Inspection {
  /** As the user wrote it; empty for JSON. */
  readonly format: string;
  /** Tells of one thing; throws if there is none. */
  inspect(reference: string): Promise<unknown> | unknown;
}

const INDENT = "    ";

/**
 * Inspects all things, prints those there are and reports the others.
 *
 * @returns 0, or 1 if one is missing.
 * @throws {UsageError} If the template is malformed.
 */
export async function inspectTargets(
  references: readonly string[],
  { stdout, report }: Pick<CommandContext, "stdout" | "report">,
  { format, inspect }: Inspection,
): Promise<number> {
  const template = format === "" || format === "json"
    ? undefined
    : parseTemplate(format);
  const found: unknown[] = [];
  let status: number = EXIT_STATUS.success;
  for (const reference of references) {
    try {
      found.push(await inspect(reference));
    } catch (error) {
      report(error);
      status = EXIT_STATUS.failure;
    }
  }
  stdout.write(
    template === undefined
      ? `${toJson(found, format === "json" ? "" : INDENT)}\n`
      : found.map((one) => `${template.render(one)}\n`).join(""),
  );
  return status;
}
