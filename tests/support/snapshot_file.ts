/**
 * One file of a snapshot, by its path.
 *
 * @module
 */
import {
  readSnapshotFiles,
  type Snapshot,
} from "../../lib/storage/snapshot.ts";

/** As {@linkcode readSnapshotFiles}. */
export function readSnapshotFile(
  snapshot: Pick<Snapshot, "upper" | "lower">,
  path: string,
): string | undefined {
  const slash = path.lastIndexOf("/");
  const [text] = readSnapshotFiles(snapshot, path.slice(0, slash), [
    path.slice(slash + 1),
  ]);
  return text;
}
