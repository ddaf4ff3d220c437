/**
 * Requests about the IP addresses of network devices, and their answers. Pure.
 *
 * @module
 * @see rtnetlink(7); Linux include/uapi/linux/if_addr.h
 */
import { IFA, IFA_F } from "../../../ffi/constants/if_addr.ts";
import { NLM_F } from "../../../ffi/constants/netlink.ts";
import { RT_SCOPE, RTM } from "../../../ffi/constants/rtnetlink.ts";
import { AF } from "../../../ffi/constants/socket.ts";
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";
import {
  addressBytes,
  addressFromBytes,
  formatIpAddress,
  type IpVersion,
} from "../ip_address.ts";
import { attribute, readAttributes } from "../netlink/attribute.ts";
import { concat, u32, u8, viewOf } from "../netlink/bytes.ts";
import type { NetlinkMessage, NetlinkRequest } from "../netlink/message.ts";
import { type InterfaceAddress, lastAddress, subnetOf } from "../subnet.ts";

/** `sizeof(struct ifaddrmsg)`. */
const HEADER_BYTES = 8;

/** The family of a version of IP. */
export const FAMILIES: Readonly<Record<IpVersion, number>> = {
  4: AF.AF_INET,
  6: AF.AF_INET6,
};

/**
 * Gives a device an address. One of IPv6 can be used at once: that nobody else
 * has it is for the leases to see to.
 *
 * @param index The device's number.
 */
export function addAddress(
  index: number,
  given: InterfaceAddress,
): NetlinkRequest {
  const verb = `give device ${index} the address`;
  const flags = NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL;
  return aboutAddress(verb, { type: RTM.RTM_NEWADDR, flags }, index, given);
}

/** Takes an address away from a device. */
export function removeAddress(
  index: number,
  given: InterfaceAddress,
): NetlinkRequest {
  const verb = `take from device ${index} the address`;
  return aboutAddress(verb, { type: RTM.RTM_DELADDR, flags: 0 }, index, given);
}

function aboutAddress(
  verb: string,
  { type, flags }: Pick<NetlinkRequest, "type" | "flags">,
  index: number,
  { address, prefix }: InterfaceAddress,
): NetlinkRequest {
  const bytes = addressBytes(address);
  const isIpv4 = address.version === 4;
  const broadcast = lastAddress(subnetOf(address, prefix));
  const flag = isIpv4 ? 0 : IFA_F.IFA_F_NODAD;
  const header = concat(
    ...[FAMILIES[address.version], prefix, flag, RT_SCOPE.RT_SCOPE_UNIVERSE]
      .map(u8),
    u32(index),
  );
  return {
    what: `${verb} ${formatIpAddress(address)}/${prefix}`,
    type,
    flags,
    body: concat(
      header,
      attribute(IFA.IFA_LOCAL, bytes),
      attribute(IFA.IFA_ADDRESS, bytes),
      ...(isIpv4 && prefix < 31
        ? [attribute(IFA.IFA_BROADCAST, addressBytes(broadcast))]
        : []),
    ),
  };
}

/** Asks for the addresses of all devices. */
export function listAddresses(): NetlinkRequest {
  return {
    what: "list addresses",
    type: RTM.RTM_GETADDR,
    flags: 0,
    body: new Uint8Array(HEADER_BYTES),
  };
}

/** An address that a device has. */
export interface LinkAddress extends InterfaceAddress {
  /** The device's number. */
  readonly index: number;
}

/** Reads a message of type `RTM_NEWADDR`. */
export function readAddress(
  { body }: Pick<NetlinkMessage, "body">,
): LinkAddress | undefined {
  const attributes = readAttributes(body.subarray(HEADER_BYTES));
  // On a link between two machines, IFA_ADDRESS is the other one's.
  const bytes = attributes.get(IFA.IFA_LOCAL) ??
    attributes.get(IFA.IFA_ADDRESS);
  if (bytes === undefined) return undefined;
  return {
    index: viewOf(body).getUint32(4, LITTLE_ENDIAN),
    address: addressFromBytes(bytes),
    prefix: body[1] ?? 0,
  };
}
