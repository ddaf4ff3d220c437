/**
 * What containers use up, as `stats` shows it. Pure.
 *
 * @module
 */
import { formatByteSize, formatMemorySize } from "../../base/byte_size.ts";
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import type { UsageSample } from "../../engine/containers/sample.ts";
import type { Row, RowLayout } from "../output/row_format.ts";

/** The columns. */
export const STATS_LAYOUT: RowLayout = {
  headings: {
    Container: "CONTAINER",
    ID: "CONTAINER ID",
    Name: "NAME",
    CPUPerc: "CPU %",
    MemUsage: "MEM USAGE / LIMIT",
    MemPerc: "MEM %",
    NetIO: "NET I/O",
    BlockIO: "BLOCK I/O",
    PIDs: "PIDS",
  },
  columns: [
    "ID",
    "Name",
    "CPUPerc",
    "MemUsage",
    "MemPerc",
    "NetIO",
    "BlockIO",
    "PIDs",
  ],
};

/** A container between two moments. */
export interface StatsSubject {
  readonly id: ContainerId;
  readonly name: string;
  /** As the user called it. */
  readonly reference: string;
  /** Absent: it did not run then. */
  readonly before: UsageSample | undefined;
  /** Absent: it does not run now. */
  readonly now: UsageSample | undefined;
}

/** How a container is shown. */
export interface StatsRowOptions {
  /** Whether its id is given in full. */
  readonly fullIds: boolean;
  /** Of the host: what a container without a limit can use. */
  readonly memoryBytes: number;
}

/** The fields of a container, by docker's names. */
export function statsRow(
  { id, name, reference, before, now }: StatsSubject,
  { fullIds, memoryBytes }: StatsRowOptions,
): Row {
  const limit = Math.min(now?.memoryLimitBytes ?? 0, memoryBytes);
  const memory = now?.memoryBytes ?? 0;
  return {
    Container: reference,
    ID: fullIds ? id : shortId(id),
    Name: name,
    CPUPerc: percent(cpuShare(before, now)),
    MemUsage: `${formatMemorySize(memory)} / ${formatMemorySize(limit)}`,
    MemPerc: percent(limit === 0 ? 0 : memory / limit),
    NetIO: both(now?.receivedBytes, now?.sentBytes),
    BlockIO: both(now?.readBytes, now?.writtenBytes),
    PIDs: String(now?.tasks ?? 0),
  };
}

/** Of one CPU; more than 1 if it has run on several. */
function cpuShare(
  before: UsageSample | undefined,
  now: UsageSample | undefined,
): number {
  if (before === undefined || now === undefined) return 0;
  const usedMs = (now.cpuUs - before.cpuUs) / 1000;
  const passedMs = now.atMs - before.atMs;
  // It may have been started again in between, and counts from 0.
  return passedMs > 0 && usedMs > 0 ? usedMs / passedMs : 0;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}

function both(first = 0, second = 0): string {
  return `${formatByteSize(first)} / ${formatByteSize(second)}`;
}
