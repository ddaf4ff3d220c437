/**
 * The filter of iptables as it was before nf_tables, which does not tell of it.
 *
 * @module
 * @see iptables(8); Linux include/uapi/linux/netfilter_ipv4/ip_tables.h
 */
import {
  openTables,
  tableEntries,
  tableInfo,
} from "../../ffi/calls/ip_tables.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import {
  IP6T_ENTRY,
  IPT_ENTRY,
  IPT_GETINFO,
  XT_STANDARD_TARGET,
} from "../../ffi/structs.ts";
import type { IpVersion } from "./ip_address.ts";

/** What it does with packets that go through this machine. */
export interface LegacyFilter {
  /** Whether it ends those that no rule is about. */
  readonly dropsByDefault: boolean;
  /** Its rules as text, byte for byte: names of chains and devices stand out. */
  readonly text: string;
}

const TABLE = "filter";
/** Where the kernel lists the tables that are in use. */
const NAMES: Readonly<Record<IpVersion, string>> = {
  4: "/proc/thread-self/net/ip_tables_names",
  6: "/proc/thread-self/net/ip6_tables_names",
};
/** `-NF_DROP - 1`. */
const DROP = -1;

/**
 * Looks at the filter of the calling thread's network namespace.
 *
 * @returns `undefined` if it is not in use, or cannot be read.
 */
export function readLegacyFilter(version: IpVersion): LegacyFilter | undefined {
  // To ask for a table makes it.
  if (!tablesInUse(version).includes(TABLE)) return undefined;
  try {
    using tables = openTables(version);
    const info = tableInfo(tables, TABLE);
    const { size } = IPT_GETINFO.decode(info);
    const entries = tableEntries(tables, TABLE, size);
    return parseLegacyFilter(version, info, entries);
  } catch (error) {
    // Only root may look, and only while nobody changes it: no one is served
    // by an error about somebody else's rules.
    if (isSyscallError(error)) return undefined;
    throw error;
  }
}

function tablesInUse(version: IpVersion): string[] {
  try {
    return Deno.readTextFileSync(NAMES[version]).split("\n");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    if (error instanceof Deno.errors.PermissionDenied) return [];
    throw error;
  }
}

/**
 * Reads what the kernel tells. Pure.
 *
 * @param info A `struct ipt_getinfo`.
 * @param entries Of the version's type.
 */
export function parseLegacyFilter(
  version: IpVersion,
  info: Uint8Array,
  entries: Uint8Array,
): LegacyFilter {
  const { _underflow_forward: policyOffset } = IPT_GETINFO.decode(info);
  const policy = entries.subarray(policyOffset);
  const { target_offset: target } = version === 4
    ? IPT_ENTRY.decode(policy)
    : IP6T_ENTRY.decode(policy);
  const { verdict } = XT_STANDARD_TARGET.decode(policy.subarray(target));
  return {
    dropsByDefault: verdict === DROP,
    text: new TextDecoder("latin1").decode(entries),
  };
}
