/**
 * Devices by their names, which may not be there.
 *
 * @module
 */
import { isNetlinkError } from "../netlink/netlink_error.ts";
import type { NetlinkSocket } from "../netlink/netlink_socket.ts";
import { type Link, readLink } from "./link.ts";
import { findLink, removeLink } from "./link_requests.ts";

/** A device of a name, if there is one. */
export function linkNamed(
  links: NetlinkSocket,
  name: string,
): Link | undefined {
  try {
    return readLink(links.get(findLink(name)));
  } catch (error) {
    if (isNetlinkError(error, "ENODEV")) return undefined;
    throw error;
  }
}

/** Removes a device, unless it is gone. */
export function removeDevice(links: NetlinkSocket, name: string): void {
  try {
    links.perform(removeLink(name));
  } catch (error) {
    if (!isNetlinkError(error, "ENODEV")) throw error;
  }
}
