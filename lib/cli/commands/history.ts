/**
 * `tsdocker history`: how an image was made.
 *
 * @module
 */
import { settle } from "../../engine/containers/reconcile.ts";
import { imageHistory } from "../../engine/images/history.ts";
import { resolveImage } from "../../engine/images/resolve_image.ts";
import { defineCommand } from "../command.ts";
import {
  formatRows,
  parseRowFormat,
  rowFormatFlag,
} from "../output/row_format.ts";
import { NO_TRUNC_FLAG, QUIET_FLAG } from "../output/row_flags.ts";
import { HISTORY_LAYOUT, historyRow } from "./history_rows.ts";

/** The command `history`. */
export const historyCommand = defineCommand({
  summary: "Show how an image was made",
  description: "The last step first. The size is that of the files that a " +
    "step has added.",
  positionals: [{ name: "IMAGE" }],
  flags: {
    format: rowFormatFlag("ID", "CreatedBy"),
    human: {
      type: "string",
      long: "human",
      short: "H",
      placeholder: "true|false",
      choices: ["true", "false"],
      implied: "true",
      default: "true",
      description: "Print sizes and times for people",
    },
    noTrunc: {
      ...NO_TRUNC_FLAG,
      description: "Do not cut ids and commands",
    },
    quiet: QUIET_FLAG,
  },
}, async ({ options, positionals: [reference = ""] }, context) => {
  const { paths, stdout, log } = context;
  const format = parseRowFormat(options.format);
  await settle({ paths, warn: log.warn });
  const image = await resolveImage(paths, reference);
  const shown = {
    full: options.noTrunc,
    reader: options.human === "true" ? "person" : "program",
    nowMs: Date.now(),
  } as const;
  const rows = imageHistory(paths, image).map((step) =>
    historyRow(step, shown)
  );
  stdout.write(
    options.quiet
      ? rows.map(({ ID }) => `${ID}\n`).join("")
      : formatRows(rows, HISTORY_LAYOUT, format),
  );
  return 0;
});
