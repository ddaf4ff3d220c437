/**
 * Verifies layers: that a blob is, unpacked, what its image says, and that an
 * unpacked one has what it was unpacked from, which is unpacked again beside it.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import type { Digest } from "../base/digest.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { openArchiveFile } from "./archive_file.ts";
import { treeDifferences } from "./tree_differences.ts";
import { GrowingTree, OPEN_DIRECTORY } from "./growing_tree.ts";
import { type LayerBlob, unpackTree } from "./layer_unpack.ts";
import { printable } from "./tar/byte_string.ts";
import { TarReader } from "./tar/reader.ts";

/** A layer that has been unpacked. */
export interface UnpackedBlob extends LayerBlob {
  readonly directory: string;
}

/**
 * Takes the digest of a layer's content without unpacking any file.
 *
 * @returns What is wrong, a phrase each.
 * @throws {IntegrityError} If the blob cannot be unpacked.
 */
export async function verifyDiffId(
  { archive, diffId }: Pick<UnpackedBlob, "archive" | "diffId">,
): Promise<string[]> {
  using file = await openArchiveFile(archive);
  using reader = new TarReader(file, archive);
  reader.drain();
  const actualId = await file.finish();
  return actualId === diffId ? [] : [otherContent(actualId, diffId)];
}

function otherContent(actual: Digest, expected: Digest): string {
  return `is ${actual} when unpacked, not ${expected}`;
}

/** What is said of one layer; the rest is counted. */
const MOST_DIFFERENCES = 100;

/**
 * Compares an unpacked layer with the blob that it was unpacked from. Needs
 * room for the layer once more.
 *
 * @returns What is wrong, a phrase each: `"etc/passwd" is missing`.
 * @throws {IntegrityError} If the blob cannot be unpacked.
 */
export async function verifyLayer(
  paths: HostPaths,
  { directory, archive, parents, diffId }: UnpackedBlob,
): Promise<string[]> {
  using file = await openArchiveFile(archive);
  using store = openat(AT_FDCWD, paths.layers, OPEN_DIRECTORY);
  using tree = new GrowingTree(paths.layers, store);
  const actualId = await unpackTree(file, tree.root, {
    archive,
    parents,
    emptiness: "accepted",
  });
  if (actualId !== diffId) return [otherContent(actualId, diffId)];
  using actual = openat(AT_FDCWD, directory, OPEN_DIRECTORY);
  const problems: string[] = [];
  let more = 0;
  for (const { name, what } of treeDifferences({ wanted: tree.root, actual })) {
    const shown = name === "" ? '"/"' : printable(name);
    if (problems.length < MOST_DIFFERENCES) problems.push(`${shown} ${what}`);
    else more++;
  }
  return more === 0 ? problems : [...problems, `and ${more} more`];
}
