/**
 * `tsdocker system df`: what takes room on the disk.
 *
 * @module
 */
import { UsageError } from "../../../base/errors.ts";
import { settle } from "../../../engine/containers/reconcile.ts";
import { measureDiskUsage } from "../../../engine/disk_usage.ts";
import { sumDiskUsage } from "../../../engine/disk_usage_sums.ts";
import { defineCommand } from "../../command.ts";
import { detailedUsage, SUM_LAYOUT, sumRow } from "../../output/disk_usage.ts";
import {
  formatRows,
  parseRowFormat,
  rowFormatFlag,
} from "../../output/row_format.ts";

/** The command `system df`. */
export const systemDfCommand = defineCommand({
  summary: "Show what takes room on the disk",
  description: "The size of an image is that of its content as it came and " +
    "unpacked; archives that were run without being made images count as " +
    "images, too. The size of a container is that of its changes, its log and " +
    "its records. With -v, the total is what du tells of the root.",
  positionals: [],
  flags: {
    format: rowFormatFlag("Type", "Size"),
    verbose: {
      type: "boolean",
      long: "verbose",
      short: "v",
      description: "List everything one by one",
    },
  },
}, async ({ options }, { paths, stdout, log }) => {
  const { verbose, format } = options;
  if (verbose && format !== undefined) {
    throw new UsageError("the verbose and the format options conflict");
  }
  const rowFormat = parseRowFormat(format);
  await settle({ paths, warn: log.warn });
  const usage = measureDiskUsage(paths);
  const rows = sumDiskUsage(usage).map(sumRow);
  stdout.write(
    verbose
      ? detailedUsage(usage, Date.now())
      : formatRows(rows, SUM_LAYOUT, rowFormat),
  );
  return 0;
});
