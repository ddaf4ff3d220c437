/**
 * `tsdocker volume inspect`: everything there is to tell of volumes.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { inspectVolume } from "../../../engine/volumes/inspect_volume.ts";
import { defineCommand } from "../../command.ts";
import { EXIT_STATUS } from "../../errors.ts";
import { parseTemplate } from "../../output/template/template.ts";
import { toJson } from "../../output/template/value.ts";

const INDENT = "    ";

/** The command `volume inspect`. */
export const volumeInspectCommand = defineCommand({
  summary: "Print everything about volumes",
  description: "One array of JSON objects as docker's, or with a template a " +
    "line for each. All are tried, even if one is missing.",
  positionals: [{ name: "VOLUME", repeats: true }],
  flags: {
    format: {
      type: "string",
      long: "format",
      short: "f",
      placeholder: "format",
      description: "Print json on one line, or by a template such as " +
        "'{{.Mountpoint}}'",
    },
  },
}, ({ options, positionals }, { paths, stdout, log, report }) => {
  const { format = "" } = options;
  const template = format === "" || format === "json"
    ? undefined
    : parseTemplate(format);
  settle({ paths, warn: log.warn });
  const found: unknown[] = [];
  let status: number = EXIT_STATUS.success;
  for (const name of positionals) {
    try {
      found.push(inspectVolume(paths, name));
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
});
