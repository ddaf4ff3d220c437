/**
 * Asks the kernel about its network, and to change it. The kernel does what it
 * is sent, and has answered, before the call that sends it returns; so nothing
 * here ever waits.
 *
 * @module
 * @see netlink(7), rtnetlink(7)
 */
import {
  enableNetlinkOption,
  openNetlink,
  receiveNetlink,
  sendNetlink,
  setNetlinkBuffers,
} from "../../../ffi/calls/netlink.ts";
import {
  NETLINK,
  NETLINK_OPTION,
  NLM_F,
  NLMSG,
} from "../../../ffi/constants/netlink.ts";
import type { Fd } from "../../../ffi/fd.ts";
import {
  type Acknowledgement,
  readAcknowledgement,
  readEndOfList,
} from "./acknowledgement.ts";
import { concat } from "./bytes.ts";
import {
  decodeMessages,
  encodeMessage,
  type NetlinkMessage,
  type NetlinkRequest,
} from "./message.ts";
import { NetlinkError } from "./netlink_error.ts";

/** The kernel never puts more into one answer. */
const RECEIVE_BYTES = 64 * 1024;
/** Room for a batch of thousands of rules, and for an answer to each. */
const BUFFER_BYTES = 4 * 1024 * 1024;
/** How often a list that changes while it is read is read again. */
const MAX_ATTEMPTS = 20;

/** A conversation with one part of the kernel, about one network namespace. */
export class NetlinkSocket implements Disposable {
  readonly #fd: Fd;
  readonly #buffer = new Uint8Array(RECEIVE_BYTES);
  #sequence = 0;

  private constructor(fd: Fd) {
    this.#fd = fd;
  }

  /** Talks about links, addresses and routes of the calling thread's namespace. */
  static openRoute(): NetlinkSocket {
    const fd = openNetlink(NETLINK.NETLINK_ROUTE);
    // Else a list would ignore what it is to be limited to.
    enableNetlinkOption(fd, NETLINK_OPTION.NETLINK_GET_STRICT_CHK);
    return NetlinkSocket.#over(fd);
  }

  /** Talks about the packet filter of the calling thread's namespace. */
  static openNetfilter(): NetlinkSocket {
    const fd = openNetlink(NETLINK.NETLINK_NETFILTER);
    setNetlinkBuffers(fd, BUFFER_BYTES);
    return NetlinkSocket.#over(fd);
  }

  static #over(fd: Fd): NetlinkSocket {
    enableNetlinkOption(fd, NETLINK_OPTION.NETLINK_EXT_ACK);
    enableNetlinkOption(fd, NETLINK_OPTION.NETLINK_CAP_ACK);
    return new NetlinkSocket(fd);
  }

  /**
   * Keeps numbers for messages.
   *
   * @returns The first of as many.
   */
  reserveSequence(count: number): number {
    const first = this.#sequence + 1;
    this.#sequence += count;
    return first;
  }

  /**
   * Has something done.
   *
   * @throws {NetlinkError} If the kernel refuses.
   */
  perform(request: NetlinkRequest): void {
    assertDone(request, this.#ask(request, NLM_F.NLM_F_ACK));
  }

  /**
   * Has things done one after the other, in one exchange. What follows one
   * that is refused is tried all the same.
   *
   * @throws {NetlinkError} For the first that the kernel refuses.
   */
  performAll(requests: readonly NetlinkRequest[]): void {
    const first = this.reserveSequence(requests.length);
    const flags = NLM_F.NLM_F_REQUEST | NLM_F.NLM_F_ACK;
    const messages = requests.map((request, index) =>
      encodeMessage({
        type: request.type,
        flags: flags | request.flags,
        sequence: first + index,
        body: request.body,
      })
    );
    const answers = this.exchange(concat(...messages));
    for (const [index, request] of requests.entries()) {
      const own = answers.filter(({ sequence }) => sequence === first + index);
      assertDone(request, own);
    }
  }

  /**
   * Asks for one thing.
   *
   * @returns What the kernel tells of it.
   * @throws {NetlinkError} If it refuses: `ENODEV`, `ENOENT` if there is none.
   */
  get(request: NetlinkRequest): NetlinkMessage {
    const answers = this.#ask(request, 0);
    const found = answers.find(({ type }) => type >= NLMSG.NLMSG_MIN_TYPE);
    if (found !== undefined) return found;
    assertDone(request, answers);
    throw NetlinkError.unanswered(request.what);
  }

  /**
   * Asks for all there is of a kind.
   *
   * @returns A message for each, as they were at one moment.
   * @throws {NetlinkError} If the kernel refuses; `EINTR` if they change
   * faster than they can be read.
   */
  list(request: NetlinkRequest): NetlinkMessage[] {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const answers = this.#ask(request, NLM_F.NLM_F_DUMP);
      assertDone(request, answers);
      const isTorn = answers.some(({ flags, type }) =>
        type !== NLMSG.NLMSG_ERROR && (flags & NLM_F.NLM_F_DUMP_INTR) !== 0
      );
      if (isTorn) continue;
      return answers.filter(({ type }) => type >= NLMSG.NLMSG_MIN_TYPE);
    }
    throw NetlinkError.torn(request.what);
  }

  /**
   * Sends bytes, and takes everything that is answered.
   *
   * @throws {SyscallError} `ENOBUFS` if there is more than can be kept.
   */
  exchange(bytes: Uint8Array): NetlinkMessage[] {
    sendNetlink(this.#fd, bytes);
    const messages: NetlinkMessage[] = [];
    for (;;) {
      const received = receiveNetlink(this.#fd, this.#buffer);
      if (received === undefined) return messages;
      messages.push(...decodeMessages(received.slice()));
    }
  }

  /** Sends one request, and returns what answers it. */
  #ask({ type, flags, body }: NetlinkRequest, more: number): NetlinkMessage[] {
    const sequence = this.reserveSequence(1);
    const all = NLM_F.NLM_F_REQUEST | flags | more;
    const bytes = encodeMessage({ type, flags: all, sequence, body });
    return this.exchange(bytes).filter((answer) =>
      answer.sequence === sequence
    );
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.#fd[Symbol.dispose]();
  }
}

/** Throws for a refusal, and if there is no answer that ends the request. */
function assertDone(
  request: NetlinkRequest,
  answers: readonly NetlinkMessage[],
): void {
  for (const answer of answers) {
    const verdict = verdictOf(answer);
    if (verdict === undefined) continue;
    if (verdict.errno === 0) return;
    throw new NetlinkError(request.what, verdict);
  }
  throw NetlinkError.unanswered(request.what);
}

/** What a message says of the request as a whole, if it does. */
function verdictOf(message: NetlinkMessage): Acknowledgement | undefined {
  if (message.type === NLMSG.NLMSG_ERROR) return readAcknowledgement(message);
  if (message.type === NLMSG.NLMSG_DONE) return readEndOfList(message);
  return undefined;
}
