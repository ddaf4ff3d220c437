/**
 * Containers as `ps` shows them. Pure: what it is told of, and the time.
 *
 * @module
 */
import { formatByteSize } from "../../base/byte_size.ts";
import { formatAgo } from "../../base/duration.ts";
import { shortId } from "../../base/identifiers.ts";
import type { ContainerSummary } from "../../engine/containers/list.ts";
import type { ContainerSize } from "../../engine/containers/size.ts";
import type { PortMapping } from "../../engine/networks/port_mappings.ts";
import { networkNames } from "../../engine/networks/network_names.ts";
import { labelField, labelsText } from "../output/label_fields.ts";
import { portsText } from "../output/port_text.ts";
import { ellipsis, quoted } from "../output/printable.ts";
import type { RowLayout } from "../output/row_format.ts";
import { statusText } from "../output/status_text.ts";
import { timeText } from "../output/time_text.ts";

const COMMAND_LENGTH = 20;
const MOUNT_LENGTH = 15;

/** What the fields are headed by, as in docker. */
const HEADINGS = {
  ID: "CONTAINER ID",
  Names: "NAMES",
  Image: "IMAGE",
  Command: "COMMAND",
  CreatedAt: "CREATED AT",
  RunningFor: "CREATED",
  Ports: "PORTS",
  State: "STATE",
  Status: "STATUS",
  Size: "SIZE",
  Labels: "LABELS",
  Mounts: "MOUNTS",
  LocalVolumes: "LOCAL VOLUMES",
  Networks: "NETWORKS",
  // The last part of a name in the style of a domain is what it is about.
  Label: (name: unknown): string =>
    String(name ?? "").replace(/^.*\./, "").replace(/[-_]/g, " "),
} as const;

const COLUMNS = [
  "ID",
  "Image",
  "Command",
  "RunningFor",
  "Status",
  "Ports",
  "Names",
] as const satisfies readonly (keyof typeof HEADINGS)[];

/** The table of `ps`. */
export const CONTAINER_LAYOUT: RowLayout = {
  headings: HEADINGS,
  columns: COLUMNS,
};

/** The table of `ps --size`. */
export const SIZED_CONTAINER_LAYOUT: RowLayout = {
  headings: HEADINGS,
  columns: [...COLUMNS, "Size"],
};

/** What of the containers is shown. */
export interface Selection {
  /** All, not only those that run. */
  readonly all: boolean;
  /** This many of the newest, running or not; negative for no such limit. */
  readonly last: number;
}

/**
 * The containers to show.
 *
 * @param containers The newest first.
 */
export function selectContainers(
  containers: readonly ContainerSummary[],
  { all, last }: Selection,
): readonly ContainerSummary[] {
  if (last >= 0) return containers.slice(0, last);
  return all
    ? containers
    : containers.filter(({ status: { state } }) =>
      state === "running" || state === "paused" || state === "restarting"
    );
}

/** How {@linkcode containerRow} shows a container. */
export interface RowOptions {
  /** Whether ids and commands are given in full. */
  readonly full: boolean;
  /** Now, in ms since the epoch. */
  readonly nowMs: number;
  /** Absent if nobody asks. */
  readonly size?: ContainerSize;
  /** Absent without any. */
  readonly ports?: readonly PortMapping[];
}

/** A container's fields, in the order of docker's JSON. */
export function containerRow(
  { config, status }: ContainerSummary,
  { full, nowMs, size, ports = [] }: RowOptions,
): Record<Exclude<keyof typeof HEADINGS, "Label">, string> & {
  Label(name: unknown): string;
} {
  const { labels } = config;
  const command = config.args.map(wordText).join(" ");
  const mounts = config.volumes.map(({ source, volume }) => {
    const name = volume?.name ?? source;
    return full ? name : ellipsis(name, MOUNT_LENGTH);
  });
  return {
    Command: quoted(full ? command : ellipsis(command, COMMAND_LENGTH)),
    CreatedAt: timeText(new Date(config.createdMs)),
    ID: full ? config.id : shortId(config.id),
    Image: config.image,
    Labels: labelsText(labels),
    LocalVolumes: String(
      config.volumes.filter(({ volume }) => volume !== undefined).length,
    ),
    Mounts: mounts.join(","),
    Names: config.name,
    Networks: networkNames(config).join(","),
    Ports: portsText(ports),
    RunningFor: formatAgo(nowMs - config.createdMs),
    Size: sizeText(size),
    State: status.state,
    Status: statusText(status, nowMs),
    Label: labelField(labels),
  };
}

/** An argument as docker shows it: in quotes if it has a space. */
function wordText(argument: string): string {
  return argument.includes(" ") ? `'${argument}'` : argument;
}

function sizeText(size: ContainerSize | undefined): string {
  if (size === undefined) return "0B";
  const { writtenBytes, totalBytes } = size;
  return `${formatByteSize(writtenBytes)} (virtual ${
    formatByteSize(totalBytes)
  })`;
}
