/**
 * Files that change on their way from where they are read to where they go.
 *
 * @module
 */
import type { EntrySource, TarEntry } from "./entry.ts";

/**
 * The same files with other attributes.
 *
 * @param change Gives the file as it goes on; `undefined` leaves it out.
 */
export function mapEntries(
  source: EntrySource,
  change: (entry: TarEntry) => TarEntry | undefined,
): EntrySource {
  return {
    memory: source.memory,
    readContent: () => source.readContent(),
    next(): TarEntry | undefined {
      for (
        let entry = source.next();
        entry !== undefined;
        entry = source.next()
      ) {
        const changed = change(entry);
        if (changed !== undefined) return changed;
      }
      return undefined;
    },
  };
}
