/**
 * A layer unpacked while it arrives on stdin. Whether all of it is right is
 * known to others, and later: until they say so, the tree has no name.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import type { Fd } from "../../ffi/fd.ts";
import { type Digest, digestHex } from "../base/digest.ts";
import { IntegrityError } from "../base/errors.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { type Archive, openArchiveStream } from "./archive_file.ts";
import { GrowingTree, makePrivate, OPEN_DIRECTORY } from "./growing_tree.ts";
import { finishImplied } from "./implied_directories.ts";
import { noteLayerSize } from "./layer_size.ts";
import { TarReader } from "./tar/reader.ts";
import { unpack, type Unpacked } from "./tar/unpack.ts";
import { sweepTemporaryTrees } from "./temporary_trees.ts";

/** A layer on its way. */
export interface ArrivingLayer {
  /** What messages call it. */
  readonly label: string;
  /** What it must be, unpacked. */
  readonly diffId: Digest;
  /** Names the layer with those below it. */
  readonly chainId: Digest;
  /** Chain ids of the layers below it, the topmost first. */
  readonly below: readonly Digest[];
}

/**
 * Unpacks a layer from stdin, and gives it its name if nobody objects.
 *
 * @param isWanted Asked when all has been unpacked: whether what came has the
 * right digest. By then, the layers below have to be in the store. May block.
 * @throws {IntegrityError} If it is malformed, hostile, or another one.
 */
export async function unpackArrivingLayer(
  { layers }: Pick<HostPaths, "layers">,
  { label, diffId, chainId, below }: ArrivingLayer,
  isWanted: () => boolean,
): Promise<void> {
  makePrivate(layers);
  using archive = await openArchiveStream({ kind: "stdin" }, label);
  using store = openat(AT_FDCWD, layers, OPEN_DIRECTORY);
  sweepTemporaryTrees({ layers });
  using tree = new GrowingTree(layers, store);
  const { actual, implied, contentBytes } = await unpackInto(
    archive,
    tree.root,
    label,
  );
  if (actual !== diffId) {
    throw new IntegrityError(
      `Cannot unpack "${label}": its digest, unpacked, is ${actual} and not ${diffId}`,
    );
  }
  if (!isWanted()) return;
  const parents = below.map((id) => `${layers}/${digestHex(id)}`);
  finishImplied({ root: tree.root.number, implied, parents });
  noteLayerSize(tree.root, contentBytes);
  tree.publish(digestHex(chainId));
}

async function unpackInto(
  archive: Archive,
  root: Fd,
  label: string,
): Promise<Unpacked & { readonly actual: Digest }> {
  try {
    using reader = new TarReader(archive, label);
    const unpacked = unpack(reader, {
      root: root.number,
      label,
      emptiness: "accepted",
    });
    reader.drain();
    return { actual: await archive.finish(), ...unpacked };
  } catch (error) {
    throw await archive.explainEnd() ?? error;
  }
}
