/**
 * Opens an archive of images, wherever it comes from.
 *
 * @module
 */
import { fstat } from "../../../ffi/calls/stat.ts";
import type { Fd } from "../../../ffi/fd.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import {
  type Archive,
  openArchivePart,
  openArchiveStream,
} from "../archive_file.ts";
import { openRegular, readCompression } from "./regular_file.ts";
import { TarReader } from "../tar/reader.ts";
import type { ImageFiles } from "./image_files.ts";
import { openImageDirectory } from "./image_directory.ts";
import { indexArchive } from "./index_archive.ts";
import { type FilesOrigin, openStdinFile, originLabel } from "./origin.ts";
import { spoolArchive } from "./spool_archive.ts";

/** What is in the archive has digests of its own. */
const NO_DIGEST = { digest: "left" } as const;

type Paths = Pick<HostPaths, "blobs">;

/**
 * Opens an archive of images, or a directory with what one has. What cannot be
 * read again is read to its end.
 *
 * @throws {NotFoundError} If there is none.
 * @throws {IntegrityError} If it is malformed or hostile.
 */
export async function openImageFiles(
  paths: Paths,
  origin: FilesOrigin,
): Promise<ImageFiles> {
  if (origin.kind === "directory") return openImageDirectory(origin.path);
  const label = originLabel(origin);
  if (origin.kind === "file") {
    return await openImageFile(paths, label, openRegular(origin.path));
  }
  const file = origin.kind === "stdin" ? openStdinFile() : undefined;
  if (file !== undefined) return await openImageFile(paths, label, file);
  using archive = await openArchiveStream(origin, label, NO_DIGEST);
  return await readImageStream(paths, archive, label);
}

/** @param file Ours from now on. */
async function openImageFile(
  paths: Paths,
  label: string,
  file: Fd,
): Promise<ImageFiles> {
  using owned = new DisposableStack();
  owned.use(file);
  const size = fstat(file.number).sizeBytes;
  if (readCompression(label, file, 0) === "none") {
    owned.move();
    return await indexArchive({ label, file, size });
  }
  const part = { label, file, offset: 0, size };
  using archive = await openArchivePart(part, NO_DIGEST);
  return await readImageStream(paths, archive, label);
}

/** Reads an archive of images as it comes, and keeps what is in it. */
async function readImageStream(
  paths: Paths,
  archive: Archive,
  label: string,
): Promise<ImageFiles> {
  using reader = new TarReader(archive, label);
  return await keepImageStream(paths, { archive, reader, label });
}

/** An archive that is being read. */
export interface ReadArchive {
  readonly archive: Archive;
  readonly reader: TarReader;
  readonly label: string;
}

/** Keeps the files of images that an archive brings from here on. */
export async function keepImageStream(
  paths: Paths,
  { archive, reader, label }: ReadArchive,
): Promise<ImageFiles> {
  try {
    const files = await spoolArchive(paths, reader, label);
    await archive.end();
    return files;
  } catch (error) {
    // An archive cut short by corrupt compression is not the archive's fault.
    throw await archive.explainEnd() ?? error;
  }
}
