/**
 * `tsdocker inspect`: everything there is to tell of things.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { inspectContainer } from "../../engine/containers/inspect.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { EXIT_STATUS } from "../errors.ts";
import { parseTemplate } from "../output/template/template.ts";
import { toJson } from "../output/template/value.ts";

/** What can be inspected, in docker's order; of some there is nothing yet. */
const TYPES = ["container", "image", "network", "volume"] as const;
type Type = typeof TYPES[number];

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
}, async ({ options, positionals }, { paths, stdout, log, report }) => {
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
      found.push(
        type === undefined
          ? await inspectAny(paths, reference, sizes)
          : await INSPECTORS[type](paths, reference, sizes),
      );
    } catch (error) {
      report(error);
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

type Sizes = "measured" | "left out";

type Inspector = (
  paths: HostPaths,
  reference: string,
  sizes: Sizes,
) => Promise<unknown>;

const INSPECTORS: Readonly<Record<Type, Inspector>> = {
  container: async (paths, reference, sizes) =>
    await Promise.resolve(inspectContainer(paths, reference, { sizes })),
  image: (_paths, reference) => Promise.reject(missing("image", reference)),
  network: (_paths, reference) => Promise.reject(missing("network", reference)),
  async volume(paths, reference): Promise<unknown> {
    const { inspectVolume } = await import(
      "../../engine/volumes/inspect_volume.ts"
    );
    return inspectVolume(paths, reference);
  },
};

/** Inspects the first thing that is called so. */
async function inspectAny(
  paths: HostPaths,
  reference: string,
  sizes: Sizes,
): Promise<unknown> {
  for (const type of TYPES) {
    try {
      return await INSPECTORS[type](paths, reference, sizes);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
  // Which kind of thing it was to be, nobody has said.
  throw missing("object", reference);
}

function missing(what: string, reference: string): NotFoundError {
  return new NotFoundError(`No such ${what}: ${reference}`, {
    advice: "tsdocker ps -a",
  });
}
