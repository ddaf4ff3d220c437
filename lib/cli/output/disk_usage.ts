/**
 * Disk usage as `system df` prints it. Pure: what was measured, and the time.
 *
 * @module
 */
import { formatByteSize } from "../../base/byte_size.ts";
import { formatAgo } from "../../base/duration.ts";
import { shortId } from "../../base/identifiers.ts";
import type { DiskUsage, UsageSum } from "../../engine/disk_usage.ts";
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

const LAYER_HEADER = ["IMAGE ID", "CREATED", "SIZE", "CONTAINERS"];
const CONTAINER_HEADER = [
  "CONTAINER ID",
  "IMAGE",
  "COMMAND",
  "SIZE",
  "CREATED",
  "STATUS",
  "NAMES",
];
const COMMAND_LENGTH = 20;

/**
 * Everything that takes room, one by one.
 *
 * @param nowMs Milliseconds since the epoch.
 */
export function detailedUsage(usage: DiskUsage, nowMs: number): string {
  const layers = usage.layers.map((layer) => [
    layerLabel(layer.name),
    formatAgo(nowMs - layer.createdMs),
    formatByteSize(layer.sizeBytes),
    String(layer.containers),
  ]);
  const containers = usage.containers.map(({ config, status, sizeBytes }) => [
    shortId(config.id),
    config.image,
    quoted(ellipsis(config.args.join(" "), COMMAND_LENGTH)),
    formatByteSize(sizeBytes),
    formatAgo(nowMs - config.createdMs),
    statusText(status, nowMs),
    config.name,
  ]);
  return [
    `Images space usage:\n\n${formatTable(LAYER_HEADER, layers)}`,
    `Containers space usage:\n\n${formatTable(CONTAINER_HEADER, containers)}`,
  ].join("\n");
}

/** Twelve digits, as everywhere; a copy is told by what it is for. */
function layerLabel(name: string): string {
  const [layer = "", copy] = name.split("+");
  const label = layer.slice(0, "0123456789ab".length);
  return copy === undefined ? label : `${label}+${copy}`;
}
