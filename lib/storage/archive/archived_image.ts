/**
 * Images as archives of all formats describe them.
 *
 * @module
 */
import type { Digest } from "../../base/digest.ts";
import type { Descriptor, Platform } from "../../oci/image_spec.ts";
import { type ImageFile, type ImageFiles, requireFile } from "./image_files.ts";
import { INDEX_NAMES } from "./image_name.ts";

/** A layer in an archive. */
export interface ArchivedLayer {
  /** The name of its file. */
  readonly name: string;
  readonly file: ImageFile;
  /** What the file must be, if the archive says so. */
  readonly blob?: Digest;
}

/** An image in an archive. */
export interface ArchivedImage {
  /** What the archive calls it; not all are names of images. */
  readonly names: readonly string[];
  readonly config: Uint8Array<ArrayBuffer>;
  /** The lowest first. */
  readonly layers: readonly ArchivedLayer[];
  /** Its manifest, if it brings one; else one is made for it. */
  readonly manifest?: {
    readonly descriptor: Descriptor;
    readonly bytes: Uint8Array<ArrayBuffer>;
  };
}

/**
 * Reads which images there are.
 *
 * @param platform What they are to run on, where there is a choice.
 * @returns `undefined` if there is nothing that says so.
 * @throws {IntegrityError} If what says so is not true.
 * @throws {SpecError} If it is malformed.
 */
export async function readArchivedImages(
  files: ImageFiles,
  platform: Platform | undefined,
): Promise<ArchivedImage[] | undefined> {
  if (files.find(INDEX_NAMES.docker) !== undefined) {
    const { readDockerArchive } = await import("./docker_archive.ts");
    return await readDockerArchive(files, platform);
  }
  if (files.find(INDEX_NAMES.oci) !== undefined) {
    const { readOciLayout } = await import("./oci_layout.ts");
    return await readOciLayout(files, platform);
  }
  if (files.find(INDEX_NAMES.oldDocker) !== undefined) {
    const { readOldDockerArchive } = await import("./old_docker_archive.ts");
    return await readOldDockerArchive(files);
  }
  return undefined;
}

/** The file of a layer. */
export function findLayerFile(
  files: ImageFiles,
  name: string,
  blob?: Digest,
): ArchivedLayer {
  const file = requireFile(files, name);
  return { name, file, ...(blob === undefined ? {} : { blob }) };
}
