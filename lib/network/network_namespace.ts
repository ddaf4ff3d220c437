/**
 * Network namespaces: new ones, and visits to others.
 *
 * @module
 * @see network_namespaces(7)
 */
import { openat } from "../../ffi/calls/file.ts";
import { openOwnNamespace, setns, unshare } from "../../ffi/calls/namespace.ts";
import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from "../../ffi/constants/fcntl.ts";
import { CLONE } from "../../ffi/constants/sched.ts";
import type { Fd } from "../../ffi/fd.ts";
import { readLink } from "./link/link.ts";
import { changeLink, findLink } from "./link/link_requests.ts";
import { NetlinkSocket } from "./netlink/netlink_socket.ts";

/**
 * Does something in a network namespace, and comes back whatever happens.
 * Sockets and processes that it makes belong there, as do the kernel
 * parameters it sees.
 *
 * @param action Must not wait: other code would run there meanwhile.
 */
export function withinNetwork<T>(namespace: Fd, action: () => T): T {
  using home = openOwnNamespace("net");
  setns(namespace, CLONE.CLONE_NEWNET);
  try {
    return action();
  } finally {
    setns(home, CLONE.CLONE_NEWNET);
  }
}

/**
 * Makes a network namespace, which lasts as long as the descriptor or somebody
 * in it. Its loopback is up.
 *
 * @throws {SyscallError} `EPERM` for who is not root.
 */
export function createNetworkNamespace(): Fd {
  using home = openOwnNamespace("net");
  unshare(CLONE.CLONE_NEWNET);
  try {
    raiseLoopback();
    return openOwnNamespace("net");
  } finally {
    setns(home, CLONE.CLONE_NEWNET);
  }
}

/** Of the namespace of the calling thread. */
export function raiseLoopback(): void {
  using links = NetlinkSocket.openRoute();
  const { index } = readLink(links.get(findLink("lo")));
  links.perform(changeLink(index, { state: "up" }));
}

/**
 * Opens the network namespace of a process.
 *
 * @throws {SyscallError} `ENOENT` or `ESRCH` if it has ended.
 */
export function openNetworkOfProcess(pid: number): Fd {
  return openat(AT_FDCWD, `/proc/${pid}/ns/net`, O_RDONLY | O_CLOEXEC);
}
