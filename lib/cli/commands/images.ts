/**
 * `tsdocker images`: the images there are.
 *
 * @module
 */
import { settle } from "../../engine/containers/reconcile.ts";
import { imageSize } from "../../engine/images/image_size.ts";
import {
  IMAGE_FILTERS,
  selectImages,
} from "../../engine/images/list_images.ts";
import { defineCommand } from "../command.ts";
import { FILTER_FLAG, parseFilters } from "../filter_flag.ts";
import {
  formatRows,
  parseRowFormat,
  rowFormatFlag,
} from "../output/row_format.ts";
import { NO_TRUNC_FLAG, QUIET_FLAG } from "../output/row_flags.ts";
import { DIGEST_LAYOUT, IMAGE_LAYOUT, imageRows } from "./image_rows.ts";

/** The command `images`. */
export const imagesCommand = defineCommand({
  summary: "List images",
  description:
    "The latest first, a line for each name. NAME, with or without " +
    "a tag, may be a pattern such as 'bb*'. The size is that of an image's " +
    "files; system df -v tells how much room they take.\n\n" +
    `Filters are ${IMAGE_FILTERS.join(", ")}.`,
  positionals: [{ name: "NAME", optional: true }],
  flags: {
    all: {
      type: "boolean",
      long: "all",
      short: "a",
      description: "Accepted for docker's sake: no image is hidden",
    },
    digests: {
      type: "boolean",
      long: "digests",
      description: "Tell what registries call them, too",
    },
    filter: { ...FILTER_FLAG, short: "f" },
    format: rowFormatFlag("ID", "Repository"),
    noTrunc: NO_TRUNC_FLAG,
    quiet: QUIET_FLAG,
  },
  examples: [
    {
      line: "images --filter dangling=true -q",
      purpose: "lists the ids of images without a name",
    },
    {
      line: "images --format '{{.Repository}}:{{.Tag}}\\t{{.Size}}'",
      purpose: "prints names and sizes",
    },
  ],
}, async ({ options, positionals: [name] }, { paths, stdout, log }) => {
  const format = parseRowFormat(options.format);
  const texts = name === undefined
    ? options.filter
    : [...options.filter, `reference=${name}`];
  const nowMs = Date.now();
  const filters = parseFilters(IMAGE_FILTERS, texts);
  await settle({ paths, warn: log.warn });
  const selected = await selectImages(paths, filters, nowMs);
  const rows = selected.flatMap((named) =>
    imageRows(named, {
      full: options.noTrunc,
      nowMs,
      size: imageSize(paths, named.image),
    })
  );
  if (options.quiet) {
    stdout.write(rows.map(({ ID }) => `${ID}\n`).join(""));
    return 0;
  }
  const layout = options.digests ? DIGEST_LAYOUT : IMAGE_LAYOUT;
  stdout.write(formatRows(rows, layout, format));
  return 0;
});
