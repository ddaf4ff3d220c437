/**
 * Which containers use an image.
 *
 * @module
 */
import { digestHex } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { StoredImage } from "../../storage/image_store.ts";
import type { ContainerConfig } from "../container_config.ts";
import { listIds } from "../containers/list.ts";
import { readConfig } from "../containers/records.ts";

/**
 * The configurations of all containers.
 *
 * @param without Containers that count as gone.
 */
export function readConfigs(
  paths: HostPaths,
  without: readonly string[] = [],
): ContainerConfig[] {
  return listIds(paths).filter((id) => !without.includes(id))
    .flatMap((id) => readConfig(paths, id) ?? []);
}

/** Whether a container is of an image, or has it among its files. */
export function usesImage(
  { layers }: Pick<HostPaths, "layers">,
  { imageId, imageMounts = [] }: Pick<
    ContainerConfig,
    "imageId" | "imageMounts"
  >,
  image: StoredImage,
): boolean {
  if (imageId === image.config.digest) return true;
  const top = image.layers.at(-1);
  if (top === undefined) return false;
  const directory = `${layers}/${digestHex(top.chainId)}`;
  return imageMounts.some((mount) => mount.layers[0] === directory);
}
