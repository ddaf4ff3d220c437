/**
 * Images as `images` shows them. Pure: what it is told of, and the time.
 *
 * @module
 */
import { formatByteSize } from "../../base/byte_size.ts";
import { formatAgo } from "../../base/duration.ts";
import type { NamedImage } from "../../engine/images/named_images.ts";
import { namesAsCells, shortDigest } from "../output/image_cells.ts";
import type { RowLayout } from "../output/row_format.ts";
import { timeText } from "../output/time_text.ts";

/** What the fields are headed by, as in docker. */
const HEADINGS = {
  ID: "IMAGE ID",
  Repository: "REPOSITORY",
  Tag: "TAG",
  Digest: "DIGEST",
  CreatedSince: "CREATED",
  CreatedAt: "CREATED AT",
  Size: "SIZE",
  Containers: "CONTAINERS",
  VirtualSize: "SIZE",
  SharedSize: "SHARED SIZE",
  UniqueSize: "UNIQUE SIZE",
} as const;

type Field = keyof typeof HEADINGS;

const COLUMNS = [
  "Repository",
  "Tag",
  "ID",
  "CreatedSince",
  "Size",
] as const satisfies readonly Field[];

/** The table of `images`. */
export const IMAGE_LAYOUT: RowLayout = { headings: HEADINGS, columns: COLUMNS };

/** The table of `images --digests`. */
export const DIGEST_LAYOUT: RowLayout = {
  headings: HEADINGS,
  columns: ["Repository", "Tag", "Digest", "ID", "CreatedSince", "Size"],
};

/** How {@linkcode imageRows} shows images. */
export interface ImageRowOptions {
  /** Whether ids are given in full. */
  readonly full: boolean;
  /** Now, in ms since the epoch. */
  readonly nowMs: number;
  /** Bytes. */
  readonly size: number;
}

/** What costs reading all files is told by `system df -v`. */
const NOT_TOLD = "N/A";

/** A row for each name of an image, with docker's fields in its order. */
export function imageRows(
  named: NamedImage,
  { full, nowMs, size }: ImageRowOptions,
): Record<Field, string>[] {
  const { config, createdMs } = named.image;
  return namesAsCells(named).map(({ repository, tag, digest }) => ({
    Containers: NOT_TOLD,
    CreatedAt: timeText(new Date(createdMs)),
    CreatedSince: formatAgo(nowMs - createdMs),
    Digest: digest,
    ID: full ? config.digest : shortDigest(config.digest),
    Repository: repository,
    SharedSize: NOT_TOLD,
    Size: formatByteSize(size),
    Tag: tag,
    UniqueSize: NOT_TOLD,
    VirtualSize: formatByteSize(size),
  }));
}
