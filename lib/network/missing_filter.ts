/**
 * A kernel without a packet filter that we can use. Pure.
 *
 * @module
 * @see Linux net/netfilter/nfnetlink.c, `nfnetlink_rcv_msg()`
 */
import { isSyscallError } from "../../ffi/errno.ts";
import { HostError } from "../base/errors.ts";
import { isNetlinkError } from "./netlink/netlink_error.ts";

/**
 * What to tell of an error that opening the packet filter, or asking it for a
 * table, has come to.
 *
 * @returns A {@linkcode HostError} if the kernel has none; else the error.
 */
export function explainFilter(error: unknown): unknown {
  // It has nothing to talk to, or nothing that knows of tables.
  const isMissing = isSyscallError(error, "EPROTONOSUPPORT", "EAFNOSUPPORT") ||
    isNetlinkError(error, "EINVAL", "EOPNOTSUPP");
  if (!isMissing) return error;
  return new HostError(
    `The kernel has no nf_tables, which networks of containers need: ${error.message}`,
    {
      cause: error,
      advice: "--network none or --network host, or load nf_tables",
    },
  );
}
