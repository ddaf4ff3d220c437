/**
 * Asking nftables for the generation of its rules, the one question that
 * depends on no table.
 *
 * @module
 * @see Linux include/uapi/linux/netlink.h, linux/netfilter/nfnetlink.h and
 * linux/netfilter/nf_tables.h
 */
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";
import { SyscallError } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { refusal } from "./attempt.ts";
import type { Answer } from "./host_probe.ts";

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 0x80003;
const NETLINK_NETFILTER = 12;
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG_GETGEN = 16;
const NLM_F_REQUEST = 1;
const NLMSG_ERROR = 2;
const MSG_DONTWAIT = 0x40;
/** `struct nlmsghdr` and `struct nfgenmsg`. */
const REQUEST_BYTES = 20;
const TYPE_OFFSET = 4;
const FLAGS_OFFSET = 6;
const ERROR_OFFSET = 16;

/** Sends the question, and reads the answer, which the kernel has at once. */
export function tryNftables(): Answer {
  try {
    using socket = new Fd(
      syscall("socket", AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER),
    );
    const request = generationRequest();
    syscall("sendto", socket.number, request, request.length, 0, null, 0);
    const answer = new Uint8Array(256);
    syscall(
      "recvfrom",
      socket.number,
      answer,
      answer.length,
      MSG_DONTWAIT,
      null,
      null,
    );
    const view = new DataView(answer.buffer);
    if (view.getUint16(TYPE_OFFSET, LITTLE_ENDIAN) === NLMSG_ERROR) {
      const errno = -view.getInt32(ERROR_OFFSET, LITTLE_ENDIAN);
      return refusal(new SyscallError("nftables", errno));
    }
    return { kind: "works" };
  } catch (error) {
    return refusal(error);
  }
}

function generationRequest(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, REQUEST_BYTES, LITTLE_ENDIAN);
  const type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN;
  view.setUint16(TYPE_OFFSET, type, LITTLE_ENDIAN);
  view.setUint16(FLAGS_OFFSET, NLM_F_REQUEST, LITTLE_ENDIAN);
  return bytes;
}
