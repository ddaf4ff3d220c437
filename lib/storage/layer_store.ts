/**
 * Unpacked layers by the digest of their content. Only what a start needs is
 * imported here; the unpacking is loaded when there is something to unpack.
 *
 * @module
 * @see image-spec 1.1, config.md, "Layer DiffID"
 */
import type { HostPaths } from "../base/host_paths.ts";
import { findLayer, type Layer } from "./source_record.ts";

export type { Layer } from "./source_record.ts";

/**
 * The layer of an archive file, unpacked if it was not before. Safe against
 * other processes that do the same at the same time; one of them unpacks. What
 * a killed one left behind is removed.
 *
 * @param archive Path to a tar file: plain, gzip or zstd, whatever its name.
 * @throws {NotFoundError} If there is no such file.
 * @throws {IntegrityError} If it is malformed, empty or hostile, or changes
 * while it is read.
 * @throws {HostError} If the host refuses something: no space, not root.
 */
export async function ensureLayer(
  paths: HostPaths,
  archive: string,
): Promise<Layer> {
  const known = findLayer(paths, archive);
  if (known !== undefined) return known;
  const { unpackLayer } = await import("./layer_unpack.ts");
  return await unpackLayer(paths, archive);
}
