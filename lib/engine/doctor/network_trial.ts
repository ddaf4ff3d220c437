/**
 * Trying what networks of containers are made of, in a network namespace that
 * ends with the trial; and looking for firewalls that are in their way.
 *
 * @module
 */
import {
  openOwnNamespace,
  setns,
  unshare,
} from "../../../ffi/calls/namespace.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import {
  describeDrop,
  type DropAdvice,
  findForeignDrops,
} from "../../network/foreign_drops.ts";
import {
  createBridge,
  createVethPair,
} from "../../network/link/link_requests.ts";
import { NetlinkSocket } from "../../network/netlink/netlink_socket.ts";
import { refusal } from "./attempt.ts";
import type { Answer } from "./host_probe.ts";

/** Makes a bridge, and a pair of devices. */
export function tryBridge(): Answer {
  try {
    using home = openOwnNamespace("net");
    unshare(CLONE.CLONE_NEWNET);
    try {
      using links = NetlinkSocket.openRoute();
      links.perform(createBridge("bridge"));
      links.perform(createVethPair({ name: "near", peer: { name: "far" } }));
    } finally {
      setns(home, CLONE.CLONE_NEWNET);
    }
    return { kind: "works" };
  } catch (error) {
    return refusal(error);
  }
}

/** As iptables writes all bridges of ours. */
const ANY_BRIDGE = "tsd-+";

/**
 * Looks for firewalls of others that drop what containers send; finds none
 * where it may not look.
 */
export function findFirewalls(): DropAdvice[] {
  try {
    using filter = NetlinkSocket.openNetfilter();
    const passage = { bridge: ANY_BRIDGE, versions: [4, 6] } as const;
    return findForeignDrops(filter, passage).map((drop) =>
      describeDrop(drop, ANY_BRIDGE)
    );
  } catch (error) {
    // That nf_tables does not answer is for another check to tell.
    refusal(error);
    return [];
  }
}
