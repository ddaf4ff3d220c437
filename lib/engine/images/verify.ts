/**
 * Verifies images: every digest, and every unpacked layer.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { digestHex } from "../../base/digest.ts";
import { TsdockerError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { pathExists } from "../../base/path_exists.ts";
import type { Descriptor } from "../../oci/image_spec.ts";
import { blobPath, blobSize } from "../../storage/content_store.ts";
import { digestOfFile } from "../../storage/file_digest.ts";
import type { StoredImage } from "../../storage/image_store.ts";
import { verifyDiffId, verifyLayer } from "../../storage/verify_layer.ts";

/** Verifies one image after the other; what they share, once. */
export class ImageVerifier {
  readonly #paths: HostPaths;
  readonly #known = new Map<string, Promise<string[]>>();

  constructor(paths: HostPaths) {
    this.#paths = paths;
  }

  /**
   * Verifies an image; nobody may remove it meanwhile. That a layer has not
   * been unpacked yet is fine; it has to be what the image says all the same.
   *
   * @returns What is wrong, a sentence without a full stop each.
   */
  async verify({ manifest, config, layers }: StoredImage): Promise<string[]> {
    const problems: string[] = [];
    const blobs = [manifest, config, ...layers.map(({ blob }) => blob)];
    for (const blob of blobs) {
      problems.push(
        ...await this.#once(blob.digest, () => this.#verifyBlob(blob)),
      );
    }
    const parents: string[] = [];
    for (const { blob, diffId, chainId } of layers) {
      const directory = `${this.#paths.layers}/${digestHex(chainId)}`;
      const layer = {
        directory,
        archive: blobPath(this.#paths, blob.digest),
        diffId,
        chainId,
        parents: [...parents],
      };
      problems.push(
        // Images may have the same files, packed in different ways.
        ...await this.#once(
          `${directory} ${blob.digest}`,
          () => this.#verifyLayer(layer),
        ),
      );
      parents.unshift(directory);
    }
    return problems;
  }

  #once(what: string, verify: () => Promise<string[]>): Promise<string[]> {
    const known = this.#known.get(what) ?? verify();
    this.#known.set(what, known);
    return known;
  }

  async #verifyBlob({ digest, size }: Descriptor): Promise<string[]> {
    const actualSize = blobSize(this.#paths, digest);
    if (actualSize === undefined) return [`Content ${digest} is missing`];
    if (actualSize !== size) {
      return [`Content ${digest} has ${actualSize} bytes instead of ${size}`];
    }
    using file = openat(AT_FDCWD, blobPath(this.#paths, digest), O_RDONLY);
    const actual = await digestOfFile(file);
    return actual === digest
      ? []
      : [`Content ${digest} is damaged: its digest is ${actual}`];
  }

  async #verifyLayer(
    layer: Parameters<typeof verifyLayer>[1],
  ): Promise<string[]> {
    const { directory, archive, chainId, parents } = layer;
    // It has been told of.
    if (!pathExists(archive)) return [];
    try {
      // A layer that is missing is unpacked when it is needed, and until then
      // nothing tells what is right above it.
      const isUnpacked = [directory, ...parents].every(pathExists);
      const problems = isUnpacked
        ? await verifyLayer(this.#paths, layer)
        : await verifyDiffId(layer);
      return problems.map((problem) => `Layer ${chainId}: ${problem}`);
    } catch (error) {
      if (!(error instanceof TsdockerError)) throw error;
      return [`Layer ${chainId}: ${error.message}`];
    }
  }
}
