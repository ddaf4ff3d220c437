/**
 * Visits to other network namespaces.
 *
 * @module
 * @see network_namespaces(7)
 */
import { openOwnNamespace, setns } from "../../ffi/calls/namespace.ts";
import { CLONE } from "../../ffi/constants/sched.ts";
import type { Fd } from "../../ffi/fd.ts";

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
