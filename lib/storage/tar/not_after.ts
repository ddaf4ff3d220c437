/**
 * Times of files in what is to be made again elsewhere.
 *
 * @module
 * @see reproducible-builds.org, SOURCE_DATE_EPOCH specification
 */
import type { TarEntry } from "./entry.ts";

const MS_PER_SECOND = 1000;

/**
 * A file that is no newer than a moment.
 *
 * @param epochMs In ms since 1970; `undefined` leaves all files as they are.
 */
export function notAfter(
  entry: TarEntry,
  epochMs: number | undefined,
): TarEntry {
  if (epochMs === undefined) return entry;
  const seconds = Math.floor(epochMs / MS_PER_SECOND);
  return entry.modified.seconds < seconds
    ? entry
    : { ...entry, modified: { seconds, nanoseconds: 0 } };
}
