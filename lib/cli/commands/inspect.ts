/**
 * `tsdocker inspect`: everything there is to tell of things.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import { inspectContainer } from "../../engine/containers/inspect.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { EXIT_STATUS } from "../errors.ts";
import { parseTemplate } from "../output/template/template.ts";
import { toJson } from "../output/template/value.ts";

/** What can be inspected; of some there is nothing yet. */
const TYPES = ["container", "image", "network", "volume"] as const;

const INDENT = "    ";

/** The command `inspect`. */
export const inspectCommand = defineCommand({
  summary: "Print everything about containers",
  description: "One array of JSON objects as docker's, or with a template a " +
    "line for each. All are tried, even if one is missing.",
  positionals: [{ name: "NAME", repeats: true }],
  flags: {
    format: {
      type: "string",
      long: "format",
      short: "f",
      placeholder: "format",
      description: "Print json on one line, or by a template such as " +
        "'{{.State.Pid}}'",
    },
    size: {
      type: "boolean",
      long: "size",
      short: "s",
      description: "Measure what containers have written",
    },
    type: {
      type: "string",
      long: "type",
      placeholder: "type",
      choices: TYPES,
      description: `Look for these things only: ${TYPES.join(", ")}`,
    },
  },
  examples: [
    {
      line: "inspect -f '{{.State.Status}} {{.State.ExitCode}}' web",
      purpose: "prints what web is doing, and how it ended",
    },
    {
      line: "inspect -f '{{json .Config.Labels}}' web",
      purpose: "prints a part as JSON",
    },
  ],
}, ({ options, positionals }, { paths, stdout, log, report }) => {
  const { type, format = "" } = options;
  const template = format === "" || format === "json"
    ? undefined
    : parseTemplate(format);
  settle({ paths, warn: log.warn });
  const sizes = options.size ? "measured" : "left out";
  const found: unknown[] = [];
  let status: number = EXIT_STATUS.success;
  for (const reference of positionals) {
    try {
      if (type !== undefined && type !== "container") {
        throw missing(type, reference);
      }
      found.push(inspectContainer(paths, reference, { sizes }));
    } catch (error) {
      // Which kind of thing it was to be, nobody has said.
      const isAny = error instanceof NotFoundError && type === undefined;
      report(isAny ? missing("object", reference) : error);
      status = EXIT_STATUS.failure;
    }
  }
  if (template === undefined) {
    const indent = format === "json" ? "" : INDENT;
    stdout.write(`${toJson(found, indent)}\n`);
  } else {
    stdout.write(found.map((one) => `${template.render(one)}\n`).join(""));
  }
  return status;
});

function missing(what: string, reference: string): NotFoundError {
  return new NotFoundError(`No such ${what}: ${reference}`, {
    advice: "tsdocker ps -a",
  });
}
