/**
 * What its user calls the owner of a lease: of an address, or of a port.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { isContainerId } from "../../base/identifiers.ts";
import { readConfig } from "../containers/records.ts";

/**
 * Finds the name of a lease's owner.
 *
 * @param owner The container's id, as the lease has it.
 * @returns Its name, or the id of one that is gone.
 */
export function ownerName(paths: HostPaths, owner: string): string {
  const config = isContainerId(owner) ? readConfig(paths, owner) : undefined;
  return config?.name ?? owner;
}
