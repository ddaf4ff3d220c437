/**
 * Hardware addresses. Pure.
 *
 * @module
 */
import { addressBytes, type IpAddress } from "./ip_address.ts";

const BYTES = 6;
/** Locally administered, and of one machine. */
const OWN_PREFIX = [0x02, 0x42];

/**
 * Reads an address such as `02:42:ac:11:00:02`; dashes will do.
 *
 * @returns Six bytes, or `undefined` if it is malformed or a group's.
 */
export function parseMacAddress(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{2}([:-])[0-9a-f]{2}(\1[0-9a-f]{2}){4}$/i.test(text)) {
    return undefined;
  }
  const bytes = Uint8Array.fromHex(text.replaceAll(/[:-]/g, ""));
  const isGroup = ((bytes[0] ?? 0) & 1) === 1;
  return isGroup ? undefined : bytes;
}

/** Six bytes as people write them. */
export function formatMacAddress(bytes: Uint8Array): string {
  return Array.from(
    bytes.subarray(0, BYTES),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join(":");
}

/**
 * The hardware address of a container that asks for none. It follows from the
 * IP address, so that neighbours who remember the last one with that address
 * are not misled.
 */
export function macAddressFor(address: IpAddress): Uint8Array {
  return new Uint8Array([...OWN_PREFIX, ...addressBytes(address).slice(-4)]);
}
