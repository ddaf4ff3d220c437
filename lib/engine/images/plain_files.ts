/**
 * Files of an unpacked layer or of a directory, read to be written as a layer.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { type Digest, digestHex } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { pathExists } from "../../base/path_exists.ts";
import { ownedInside } from "../../storage/entry_owners.ts";
import { LayerDiff } from "../../storage/layer_diff.ts";
import type { ByteString } from "../../storage/tar/byte_string.ts";
import type { EntrySource, TarEntry } from "../../storage/tar/entry.ts";
import { mapEntries } from "../../storage/tar/map_entries.ts";
import { TreeReader } from "../../storage/tree_reader.ts";
import { assertStorable } from "../../storage/whiteout_entry.ts";
import type { ContainerConfig } from "../container_config.ts";

const ROOT = "." as ByteString;

/**
 * The files of a container's only layer, as the container sees them.
 *
 * @param diffId Of a layer of the store; absent for a directory of the user's.
 */
export function openPlainFiles(
  { layers }: Pick<HostPaths, "layers">,
  { layers: [directory = ""], idMappings }: ContainerConfig,
  diffId: Digest | undefined,
): EntrySource & Disposable {
  if (diffId === undefined) return openDirectory(directory);
  const original = `${layers}/${digestHex(diffId)}`;
  if (pathExists(original)) return new LayerDiff(layerAlone(original));
  return new LayerDiff(
    layerAlone(directory),
    (entry) => ownedInside(entry, idMappings),
  );
}

/** All that a layer has is new. */
function layerAlone(
  directory: string,
): ConstructorParameters<typeof LayerDiff>[0] {
  return { upper: directory, lower: [] };
}

/** What stands for a removed file hides nothing in the lowest layer. */
function openDirectory(directory: string): EntrySource & Disposable {
  using undo = new DisposableStack();
  const top = undo.use(openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY));
  const reader = undo.use(new TreeReader(top, { name: ROOT }));
  const source = mapEntries(reader, (entry) => {
    assertStorable(entry.name);
    return isWhiteoutDevice(entry) ? undefined : entry;
  });
  const owner = undo.move();
  return { ...source, [Symbol.dispose]: () => owner[Symbol.dispose]() };
}

function isWhiteoutDevice({ type, device }: TarEntry): boolean {
  return type === "character-device" && device.major === 0 &&
    device.minor === 0;
}
