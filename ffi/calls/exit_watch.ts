/**
 * How a process ends, whoever its parent is: the kernel's connector for events
 * of processes tells all who listen. A filter in the kernel lets through what is
 * asked for alone, so that nobody wakes up for other processes.
 *
 * @module
 * @see Linux include/uapi/linux/cn_proc.h, connector.h, filter.h; netlink(7)
 */
import { LITTLE_ENDIAN } from "../endian.ts";
import { isSyscallError } from "../errno.ts";
import { Fd } from "../fd.ts";
import { Memory } from "../memory.ts";
import { syscall } from "../syscall.ts";
import { readSync, writeAllSync } from "./pipe.ts";
import { waitReadable } from "./poll.ts";
import { decodeWaitStatus, type WaitStatus } from "./process.ts";

const AF_NETLINK = 16;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0x80000;
const NETLINK_CONNECTOR = 11;
const NLMSG_DONE = 3;
const CN_IDX_PROC = 1;
const CN_VAL_PROC = 1;
const PROC_CN_MCAST_LISTEN = 1;
const PROC_CN_MCAST_IGNORE = 2;
const PROC_EVENT_EXIT = 0x8000_0000;

/** Where `struct nlmsghdr`, `cn_msg` and `proc_event` have their fields. */
const REQUEST_BYTES = 40;
const WHAT = 36;
const PROCESS_PID = 52;
const EXIT_CODE = 60;

/** Listens for the end of one process, until it is disposed of. */
export class ExitWatch implements Disposable {
  readonly #socket: Fd;

  private constructor(socket: Fd) {
    this.#socket = socket;
  }

  /**
   * Starts listening; to be done before one looks whether the process runs.
   *
   * @param pid As the host's pid namespace has it.
   * @returns `undefined` where the kernel has no such connector, or not for us.
   */
  static open(pid: number): ExitWatch | undefined {
    const type = SOCK_DGRAM | SOCK_CLOEXEC;
    try {
      using socket = new Fd(
        syscall("socket", AF_NETLINK, type, NETLINK_CONNECTOR),
      );
      attachFilter(socket, pid);
      syscall("bind", socket.number, groupAddress(), ADDRESS_BYTES);
      ask(socket, PROC_CN_MCAST_LISTEN);
      return new ExitWatch(new Fd(socket.release()));
    } catch (error) {
      if (isSyscallError(error)) return undefined;
      throw error;
    }
  }

  /**
   * How it has ended. It is told a moment after the process can be waited for.
   *
   * @param timeoutMs How long to wait for it at most.
   */
  async status(timeoutMs: number): Promise<WaitStatus | undefined> {
    const [ready] = await waitReadable([this.#socket], timeoutMs);
    if (ready === undefined) return undefined;
    const event = new Uint8Array(256);
    readSync(ready, event);
    const view = new DataView(event.buffer);
    return decodeWaitStatus(view.getInt32(EXIT_CODE, LITTLE_ENDIAN));
  }

  [Symbol.dispose](): void {
    if (!this.#socket.isOpen) return;
    // Before Linux 6.6 the kernel would think that somebody listens for ever.
    ask(this.#socket, PROC_CN_MCAST_IGNORE);
    this.#socket[Symbol.dispose]();
  }
}

const ADDRESS_BYTES = 12;

/** `struct sockaddr_nl` of those who listen. */
function groupAddress(): Uint8Array {
  const address = new DataView(new ArrayBuffer(ADDRESS_BYTES));
  address.setUint16(0, AF_NETLINK, LITTLE_ENDIAN);
  address.setUint32(8, CN_IDX_PROC, LITTLE_ENDIAN);
  return new Uint8Array(address.buffer);
}

/** Sends a `proc_cn_mcast_op`. */
function ask(socket: Fd, operation: number): void {
  const request = new DataView(new ArrayBuffer(REQUEST_BYTES));
  request.setUint32(0, REQUEST_BYTES, LITTLE_ENDIAN);
  request.setUint16(4, NLMSG_DONE, LITTLE_ENDIAN);
  request.setUint32(16, CN_IDX_PROC, LITTLE_ENDIAN);
  request.setUint32(20, CN_VAL_PROC, LITTLE_ENDIAN);
  request.setUint16(32, 4, LITTLE_ENDIAN);
  request.setUint32(36, operation, LITTLE_ENDIAN);
  writeAllSync(socket, new Uint8Array(request.buffer));
}

const BPF_LD_W_ABS = 0x20;
const BPF_JEQ_K = 0x15;
const BPF_RET_K = 0x06;
const WHOLE = 0xffff_ffff;
const FILTER_BYTES = 8;

/** Drops all but the end of one process: of its first thread, that is. */
function attachFilter(socket: Fd, pid: number): void {
  const SOL_SOCKET = 1;
  const SO_ATTACH_FILTER = 26;
  const program = [
    [BPF_LD_W_ABS, 0, 0, WHAT],
    [BPF_JEQ_K, 0, 3, swapped(PROC_EVENT_EXIT)],
    [BPF_LD_W_ABS, 0, 0, PROCESS_PID],
    [BPF_JEQ_K, 0, 1, swapped(pid)],
    [BPF_RET_K, 0, 0, WHOLE],
    [BPF_RET_K, 0, 0, 0],
  ] as const;
  using memory = new Memory(program.length * FILTER_BYTES);
  const { view } = memory;
  for (const [index, [code, then, other, k]] of program.entries()) {
    const at = index * FILTER_BYTES;
    view.setUint16(at, code, LITTLE_ENDIAN);
    view.setUint8(at + 2, then);
    view.setUint8(at + 3, other);
    view.setUint32(at + 4, k, LITTLE_ENDIAN);
  }
  const fprog = new DataView(new ArrayBuffer(16));
  fprog.setUint16(0, program.length, LITTLE_ENDIAN);
  fprog.setBigUint64(8, BigInt(memory.address), LITTLE_ENDIAN);
  const bytes = new Uint8Array(fprog.buffer);
  const { number } = socket;
  syscall("setsockopt", number, SOL_SOCKET, SO_ATTACH_FILTER, bytes, 16);
}

/** A filter loads words as networks have them; these are the host's. */
function swapped(word: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, word, LITTLE_ENDIAN);
  return view.getUint32(0);
}
