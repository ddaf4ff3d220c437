/**
 * The tables of iptables as it was before nf_tables. One call each.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter_ipv4/ip_tables.h
 */
import { AF } from "../constants/socket.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { Fd } from "../fd.ts";
import { Memory } from "../memory.ts";
import { IPT_GET_ENTRIES, IPT_GETINFO } from "../structs.ts";
import { syscall } from "../syscall.ts";

const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const IPPROTO_RAW = 255;
/** The same numbers for both versions of IP. */
const IPT_SO_GET_INFO = 64;
const IPT_SO_GET_ENTRIES = 65;
/** `SOL_IP`, `SOL_IPV6`. */
const LEVELS = { 4: 0, 6: 41 } as const;
const FAMILIES = { 4: AF.AF_INET, 6: AF.AF_INET6 } as const;

/** A socket about the tables of one version of IP. */
export interface TablesSocket extends Disposable {
  readonly fd: Fd;
  readonly level: number;
}

/** Opens one, about those of the calling thread's network namespace. */
export function openTables(version: 4 | 6): TablesSocket {
  const type = SOCK_RAW | SOCK_CLOEXEC;
  const fd = new Fd(syscall("socket", FAMILIES[version], type, IPPROTO_RAW));
  const [level, dispose] = [LEVELS[version], () => fd[Symbol.dispose]()];
  return { fd, level, [Symbol.dispose]: dispose };
}

/**
 * Asks for what is known of a table. It is made if there is none.
 *
 * @returns A `struct ipt_getinfo`.
 */
export function tableInfo(
  { fd, level }: TablesSocket,
  table: string,
): Uint8Array {
  const bytes = IPT_GETINFO.encode({ name: new TextEncoder().encode(table) });
  const length = lengthOf(bytes);
  syscall("getsockopt", fd.number, level, IPT_SO_GET_INFO, bytes, length);
  return bytes;
}

/**
 * Asks for a table's rules.
 *
 * @param size Bytes, as its `struct ipt_getinfo` tells.
 * @returns One `struct ipt_entry` or `struct ip6t_entry` after the other.
 * @throws {SyscallError} `EAGAIN` if the size has changed.
 */
export function tableEntries(
  { fd, level }: TablesSocket,
  table: string,
  size: number,
): Uint8Array {
  const name = new TextEncoder().encode(table);
  const header = IPT_GET_ENTRIES.encode({ name, size });
  // There can be more than a call copies by itself.
  using memory = new Memory(header.length + size);
  memory.bytes.set(header);
  const length = lengthOf(memory.bytes.subarray(0, header.length + size));
  syscall("getsockopt", fd.number, level, IPT_SO_GET_ENTRIES, memory, length);
  return memory.bytes.slice(header.length, header.length + size);
}

/** A `socklen_t`. */
function lengthOf({ length }: Uint8Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, length, LITTLE_ENDIAN);
  return new Uint8Array(view.buffer);
}
