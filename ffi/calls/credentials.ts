/**
 * What the calling process may do: capabilities and resource limits.
 *
 * @module
 * @see capget(2), prlimit(2)
 */
import { CAPABILITY_VERSION } from "../constants/capability.ts";
import { RLIMIT, type RlimitName } from "../constants/resource.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { syscall } from "../syscall.ts";

/** Two `struct __user_cap_data_struct`: three words each. */
const CAPABILITY_DATA_BYTES = 24;
const PERMITTED_LOW_OFFSET = 4;
const PERMITTED_HIGH_OFFSET = 16;
/** `struct rlimit64`. */
const RLIMIT_BYTES = 16;

/**
 * The permitted capabilities of the calling thread.
 *
 * @returns One bit for each, by its number.
 */
export function permittedCapabilities(): bigint {
  const version = CAPABILITY_VERSION._LINUX_CAPABILITY_VERSION_3;
  const header = new Uint8Array(new Uint32Array([version, 0]).buffer);
  const data = new Uint8Array(CAPABILITY_DATA_BYTES);
  syscall("capget", header, data);
  const view = new DataView(data.buffer);
  const low = view.getUint32(PERMITTED_LOW_OFFSET, LITTLE_ENDIAN);
  const high = view.getUint32(PERMITTED_HIGH_OFFSET, LITTLE_ENDIAN);
  return BigInt(high) << 32n | BigInt(low);
}

/** A resource limit of this process; `RLIM_INFINITY` is 2^64 - 1. */
export interface ResourceLimit {
  readonly soft: bigint;
  readonly hard: bigint;
}

/** A resource limit of this process. */
export function getRlimit(name: RlimitName): ResourceLimit {
  const limit = new Uint8Array(RLIMIT_BYTES);
  syscall("prlimit64", 0, RLIMIT[name], null, limit);
  const view = new DataView(limit.buffer);
  return {
    soft: view.getBigUint64(0, LITTLE_ENDIAN),
    hard: view.getBigUint64(8, LITTLE_ENDIAN),
  };
}
