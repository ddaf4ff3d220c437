/**
 * Disk usage as `system df` prints it. Pure: what was measured, and the time.
 *
 * @module
 */
import { formatByteSize } from "../../base/byte_size.ts";
import { formatAgo } from "../../base/duration.ts";
import { shortId } from "../../base/identifiers.ts";
import type {
  ContainerUsage,
  DiskUsage,
  ImageUsage,
} from "../../engine/disk_usage.ts";
import { totalBytes, type UsageSum } from "../../engine/disk_usage_sums.ts";
import { SHORT_ID_DIGITS } from "../../engine/images/resolve_image.ts";
import { namesAsCells, shortDigest } from "./image_cells.ts";
import { statusText } from "./status_text.ts";
import { ellipsis, quoted } from "./printable.ts";
import type { Row, RowLayout } from "./row_format.ts";
import { formatTable } from "./table.ts";

/** The table of sums. */
export const SUM_LAYOUT: RowLayout = {
  headings: {
    Type: "TYPE",
    TotalCount: "TOTAL",
    Active: "ACTIVE",
    Size: "SIZE",
    Reclaimable: "RECLAIMABLE",
  },
  columns: ["Type", "TotalCount", "Active", "Size", "Reclaimable"],
};

/**
 * A kind of things with docker's names of fields.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const sum = {
 *   type: "Images", total: 2, active: 1, sizeBytes: 4000, reclaimableBytes: 1000,
 * } as const;
 * assert.equal(sumRow(sum)["Reclaimable"], "1kB (25%)");
 * ```
 */
export function sumRow(sum: UsageSum): Row {
  const { type, total, active, sizeBytes, reclaimableBytes } = sum;
  const percent = Math.floor(reclaimableBytes / sizeBytes * 100);
  const share = sizeBytes === 0 ? "" : ` (${percent}%)`;
  return {
    Type: type,
    TotalCount: String(total),
    Active: String(active),
    Size: formatByteSize(sizeBytes),
    Reclaimable: `${formatByteSize(reclaimableBytes)}${share}`,
  };
}

const IMAGE_HEADER = [
  "REPOSITORY",
  "TAG",
  "IMAGE ID",
  "CREATED",
  "SIZE",
  "SHARED SIZE",
  "UNIQUE SIZE",
  "CONTAINERS",
];
const LAYER_HEADER = ["LAYER", "CREATED", "SIZE", "CONTAINERS"];
const CONTAINER_HEADER = [
  "CONTAINER ID",
  "IMAGE",
  "COMMAND",
  "LOCAL VOLUMES",
  "SIZE",
  "CREATED",
  "STATUS",
  "NAMES",
];
const VOLUME_HEADER = ["VOLUME NAME", "LINKS", "SIZE"];
const COMMAND_LENGTH = 20;

/**
 * Everything that takes room, one by one. An image of several names is listed
 * under each.
 *
 * @param nowMs Milliseconds since the epoch.
 */
export function detailedUsage(usage: DiskUsage, nowMs: number): string {
  const tables: [what: string, header: string[], rows: string[][]][] = [
    [
      "Images",
      IMAGE_HEADER,
      usage.images.flatMap((image) => imageCells(image, nowMs)),
    ],
    [
      "Layers without an image",
      LAYER_HEADER,
      usage.layers.map((layer) => [
        layerLabel(layer.name),
        formatAgo(nowMs - layer.createdMs),
        formatByteSize(layer.sizeBytes),
        String(layer.containers),
      ]),
    ],
    [
      "Containers",
      CONTAINER_HEADER,
      usage.containers.map((container) => containerCells(container, nowMs)),
    ],
    [
      "Local Volumes",
      VOLUME_HEADER,
      usage.volumes.map(({ name, containers, sizeBytes }) => [
        name,
        String(containers),
        formatByteSize(sizeBytes),
      ]),
    ],
  ];
  const sums = [
    ["Shared by images", usage.sharedBytes],
    ["Kept for containers of removed images", usage.keptBytes],
    ["Left over", usage.leftoverBytes],
    ["Records", usage.recordBytes],
    ["Build cache usage", 0],
    ["Total", totalBytes(usage)],
  ] as const;
  return [
    ...tables.map(([what, header, rows]) =>
      `${what} space usage:\n\n${formatTable(header, rows)}`
    ),
    sums.map(([what, bytes]) => `${what}: ${formatByteSize(bytes)}\n`).join(""),
  ].join("\n");
}

function imageCells(usage: ImageUsage, nowMs: number): string[][] {
  const { image, sizeBytes, sharedBytes, containers } = usage;
  return namesAsCells(usage).map(({ repository, tag }) => [
    repository,
    tag,
    shortDigest(image.config.digest),
    formatAgo(nowMs - image.createdMs),
    formatByteSize(sizeBytes),
    formatByteSize(sharedBytes),
    formatByteSize(sizeBytes - sharedBytes),
    String(containers),
  ]);
}

function containerCells(
  { config, status, sizeBytes }: ContainerUsage,
  nowMs: number,
): string[] {
  return [
    shortId(config.id),
    config.image,
    quoted(ellipsis(config.args.join(" "), COMMAND_LENGTH)),
    String(config.volumes.filter(({ volume }) => volume !== undefined).length),
    formatByteSize(sizeBytes),
    formatAgo(nowMs - config.createdMs),
    statusText(status, nowMs),
    config.name,
  ];
}

/** Twelve digits, as everywhere; a copy is told by what it is for. */
function layerLabel(name: string): string {
  const [layer = "", copy] = name.split("+");
  const label = layer.slice(0, SHORT_ID_DIGITS);
  return copy === undefined ? label : `${label}+${copy}`;
}
