/**
 * Changes to the packet filter that happen all or not at all.
 *
 * @module
 * @see Linux net/netfilter/nfnetlink.c, `nfnetlink_rcv_batch()`
 */
import { NFPROTO } from "../../../ffi/constants/netfilter.ts";
import { NLM_F, NLMSG } from "../../../ffi/constants/netlink.ts";
import { NFNL_MSG, NFNL_SUBSYS } from "../../../ffi/constants/nfnetlink.ts";
import { readAcknowledgement } from "../netlink/acknowledgement.ts";
import { concat } from "../netlink/bytes.ts";
import { encodeMessage, type NetlinkRequest } from "../netlink/message.ts";
import { NetlinkError } from "../netlink/netlink_error.ts";
import type { NetlinkSocket } from "../netlink/netlink_socket.ts";
import { netfilterHeader } from "./netfilter_header.ts";

/**
 * A batch as bytes. Only the last request asks to be acknowledged: one answer
 * tells that all went well, and those that fail answer anyway.
 *
 * @param first The number of the opening message; requests follow it.
 */
export function encodeBatch(
  requests: readonly NetlinkRequest[],
  first: number,
): Uint8Array {
  const { NFNL_SUBSYS_NFTABLES: subsystem } = NFNL_SUBSYS;
  const boundary = netfilterHeader(NFPROTO.NFPROTO_UNSPEC, subsystem);
  const { NLM_F_REQUEST, NLM_F_ACK } = NLM_F;
  const messages = requests.map(({ type, flags, body }, index) => {
    const wanted = index === requests.length - 1 ? NLM_F_ACK : 0;
    return encodeMessage({
      type,
      flags: NLM_F_REQUEST | flags | wanted,
      sequence: first + 1 + index,
      body,
    });
  });
  const end = (type: number, sequence: number): Uint8Array =>
    encodeMessage({ type, flags: NLM_F_REQUEST, sequence, body: boundary });
  return concat(
    end(NFNL_MSG.NFNL_MSG_BATCH_BEGIN, first),
    ...messages,
    end(NFNL_MSG.NFNL_MSG_BATCH_END, first + 1 + requests.length),
  );
}

/**
 * Has all requests carried out, or none.
 *
 * @param what What they do together, to follow "Cannot".
 * @throws {NetlinkError} For the first that is refused.
 */
export function performBatch(
  socket: NetlinkSocket,
  what: string,
  requests: readonly NetlinkRequest[],
): void {
  if (requests.length === 0) return;
  const first = socket.reserveSequence(requests.length + 2);
  const last = first + requests.length;
  let isDone = false;
  for (const answer of socket.exchange(encodeBatch(requests, first))) {
    const { sequence, type } = answer;
    if (type !== NLMSG.NLMSG_ERROR) continue;
    if (sequence < first || sequence > last + 1) continue;
    const verdict = readAcknowledgement(answer);
    // The opening message answers for the batch as a whole.
    const refused = requests[sequence - first - 1]?.what ?? what;
    if (verdict.errno !== 0) throw new NetlinkError(refused, verdict);
    isDone ||= sequence === last;
  }
  if (!isDone) throw NetlinkError.unanswered(what);
}
