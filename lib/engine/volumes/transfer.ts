/**
 * The files of a volume as an archive, and an archive's as those of a volume.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { NotFoundError } from "../../base/errors.ts";
import { checkVolumeName } from "../../storage/volume_name.ts";
import { volumeDataPath } from "../../storage/volume_path.ts";
import { holdVolume, makeVolume } from "../../storage/volume_store.ts";
import {
  type ArchiveOrigin,
  openArchive,
  originLabel,
} from "../../storage/archive/origin.ts";
import type { ByteString } from "../../storage/tar/byte_string.ts";
import type { EntrySource, TarEntry } from "../../storage/tar/entry.ts";
import { finishDirectory } from "../../storage/tar/make_node.ts";
import { mapEntries } from "../../storage/tar/map_entries.ts";
import { normalizeName, ROOT_NAME } from "../../storage/tar/names.ts";
import { TarReader } from "../../storage/tar/reader.ts";
import { writeArchive } from "../../storage/tar/writer.ts";
import { TreeReader } from "../../storage/tree_reader.ts";
import { writeTree } from "../../storage/tree_writer.ts";
import type { Engine } from "../engine.ts";
import { findVolume } from "./find_volume.ts";
import { recordVolumeEvent } from "./volume_event.ts";

/** The directory itself comes first, and tells whose the volume is. */
const TOP = "." as ByteString;
const OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

/**
 * Writes the files of a volume as a tar archive. Containers may be using it.
 *
 * @param fd Where to.
 * @returns How many bytes the archive has.
 * @throws {NotFoundError} If there is no such volume.
 * @throws {SyscallError} `EPIPE` if nobody reads it, `ENOSPC`, …
 */
export function exportVolume(
  { paths }: Pick<Engine, "paths">,
  name: string,
  fd: number,
): number {
  findVolume(paths, name);
  using held = holdVolume(paths, name);
  if (held === undefined) {
    throw new NotFoundError(`get ${name}: no such volume`);
  }
  const path = volumeDataPath(paths, name);
  using top = openat(AT_FDCWD, path, OPEN_DIRECTORY);
  using reader = new TreeReader(top, { name: TOP });
  return writeArchive(reader, fd);
}

/**
 * Puts the files of an archive into a volume: beside and in place of those it
 * has. One that there is not yet is made, once all its files are there.
 *
 * @throws {NotFoundError} If there is no such file.
 * @throws {IntegrityError} If the archive is malformed or hostile.
 * @throws {HostError} If the host refuses something: no space.
 */
export async function importVolume(
  { paths }: Pick<Engine, "paths">,
  name: string,
  origin: ArchiveOrigin,
): Promise<void> {
  using held = holdVolume(paths, checkVolumeName(name));
  if (held !== undefined) {
    return await unpackInto(volumeDataPath(paths, name), name, origin);
  }
  const isMade = await makeVolume(
    paths,
    { name, createdMs: Date.now(), isAnonymous: false, labels: {} },
    (directory) => unpackInto(directory, name, origin),
  );
  if (isMade) recordVolumeEvent(paths, name, "create");
}

async function unpackInto(
  directory: string,
  name: string,
  origin: ArchiveOrigin,
): Promise<void> {
  using root = openat(AT_FDCWD, directory, OPEN_DIRECTORY);
  using archive = await openArchive(origin);
  let top: TarEntry | undefined;
  try {
    using reader = new TarReader(archive, originLabel(origin));
    const source: EntrySource = mapEntries(reader, (entry) => {
      const isTop = entry.type === "directory" &&
        normalizeName(entry.name) === ROOT_NAME;
      if (isTop) top = entry;
      return entry;
    });
    const maker = { uid: 0, gid: 0 };
    writeTree(source, { root: root.number, label: name, maker });
    reader.drain();
    await archive.finish();
  } catch (error) {
    throw await archive.explainEnd() ?? error;
  }
  if (top !== undefined) finishDirectory(root.number, top);
}
