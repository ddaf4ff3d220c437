/**
 * Keeps layers from being pruned while a container that needs them is made:
 * from the search for its image until its configuration names them.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { lockShared } from "../containers/lock.ts";

/**
 * Holds all layers. Blocks while others are pruned, never for each other.
 *
 * @returns To be let go of once the container's configuration is written.
 */
export function holdLayers({ layers }: Pick<HostPaths, "layers">): Disposable {
  Deno.mkdirSync(layers, { recursive: true, mode: 0o700 });
  return lockShared(layers);
}
