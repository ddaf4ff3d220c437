/**
 * Removes a network that a user names, with what the kernel has of it.
 *
 * @module
 */
import { ConflictError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { isContainerId, shortId } from "../../base/identifiers.ts";
import { removeFileIfExists } from "../../base/remove_file.ts";
import { removeBridge } from "../../network/bridge_device.ts";
import { lockDirectory } from "../../network/directory_lock.ts";
import { NetlinkSocket } from "../../network/netlink/netlink_socket.ts";
import {
  forgetNetwork,
  type NetworkRecord,
} from "../../network/network_store.ts";
import { removeRulesOf } from "../../network/own_filter.ts";
import { ownTableName } from "../../network/own_table_name.ts";
import { forgetSettled } from "../../network/settled_network.ts";
import { leasesOf } from "./endpoint.ts";
import { findNetwork } from "./find_network.ts";
import { recordNetworkEvent } from "./network_event.ts";
import { ownerName } from "./owner_name.ts";
import { isPredefined } from "./predefined_network.ts";

/** Removes what the kernel has of a network, in this thread's namespace. */
export type KernelRemoval = (network: NetworkRecord, runRoot: string) => void;

/**
 * Removes a network.
 *
 * @param reference Its name, its id, or the start of that.
 * @throws {NotFoundError} If there is none.
 * @throws {ConflictError} If a container has an address of it, or it is there
 * by itself.
 */
export function removeNetwork(
  paths: HostPaths,
  reference: string,
  removeFromKernel: KernelRemoval = removeBridgeAndRules,
): void {
  using _lock = lockDirectory(paths.networks);
  assertRemovable(reference);
  const network = findNetwork(paths, reference);
  assertRemovable(network.name);
  assertUnused(paths, network);
  removeFromKernel(network, paths.runRoot);
  forgetSettled(paths.settled, network.id);
  forgetNetwork(paths, network.name);
  // The directory is empty: nobody has claimed an address since we looked.
  removeFileIfExists(`${paths.addresses}/${network.id}`);
  recordNetworkEvent(paths, network, "destroy");
}

function assertRemovable(name: string): void {
  if (!isPredefined(name)) return;
  throw new ConflictError(
    `${name} is a pre-defined network and cannot be removed`,
  );
}

/** The words are docker's. */
function assertUnused(paths: HostPaths, { id, name }: NetworkRecord): void {
  const leases = leasesOf(paths, id).list();
  const users = [...new Set(leases.map(({ owner }) => owner))]
    .map((owner) => ({ owner, called: ownerName(paths, owner) }));
  const [first] = users;
  if (first === undefined) return;
  const all = users.map(({ owner, called }) =>
    `name:"${called}" id:"${isContainerId(owner) ? shortId(owner) : owner}"`
  );
  throw new ConflictError(
    `error while removing network: network ${name} has active endpoints (${
      all.join(", ")
    })`,
    { advice: `tsdocker network disconnect ${name} ${first.called}` },
  );
}

/** In this order: without its rules, nobody is let out of a bridge. */
function removeBridgeAndRules(
  { id, driver, device }: NetworkRecord,
  runRoot: string,
): void {
  if (driver !== "bridge") return;
  const name = ownTableName(runRoot);
  using links = NetlinkSocket.openRoute();
  removeBridge(links, device, { table: name, network: id });
  using filter = NetlinkSocket.openNetfilter();
  removeRulesOf({ filter, name }, (owner) => owner === id);
}
