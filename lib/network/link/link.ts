/**
 * A network device as the kernel tells of it. Pure.
 *
 * @module
 * @see rtnetlink(7), `RTM_GETLINK`
 */
import { IFF } from "../../../ffi/constants/if.ts";
import { IFLA, IFLA_INFO } from "../../../ffi/constants/if_link.ts";
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";
import { readAttributes, readNested } from "../netlink/attribute.ts";
import { readText, readU32, viewOf } from "../netlink/bytes.ts";
import type { NetlinkMessage } from "../netlink/message.ts";

/** `sizeof(struct ifinfomsg)`. */
const HEADER_BYTES = 16;
/** Offsets in `struct rtnl_link_stats64`. */
const RECEIVED_BYTES = 16;
const SENT_BYTES = 24;

/** A network device. */
export interface Link {
  /** Its number in its namespace. */
  readonly index: number;
  readonly name: string;
  readonly isUp: boolean;
  /** What sort it is: `bridge`, `veth`; absent for real ones. */
  readonly kind?: string;
  readonly mtu: number;
  readonly macAddress: Uint8Array;
  /** The bridge it is a port of, by number. */
  readonly master?: number;
  readonly alias?: string;
  /** How much has gone through it. */
  readonly traffic: {
    readonly receivedBytes: bigint;
    readonly sentBytes: bigint;
  };
}

/** Reads a message of type `RTM_NEWLINK`. */
export function readLink({ body }: Pick<NetlinkMessage, "body">): Link {
  const view = viewOf(body);
  const attributes = readAttributes(body.subarray(HEADER_BYTES));
  const info = readNested(attributes, IFLA.IFLA_LINKINFO);
  const kind = info.get(IFLA_INFO.IFLA_INFO_KIND);
  const mtu = attributes.get(IFLA.IFLA_MTU);
  const master = attributes.get(IFLA.IFLA_MASTER);
  const alias = attributes.get(IFLA.IFLA_IFALIAS);
  return {
    index: view.getInt32(4, LITTLE_ENDIAN),
    name: readText(attributes.get(IFLA.IFLA_IFNAME) ?? new Uint8Array()),
    isUp: (view.getUint32(8, LITTLE_ENDIAN) & IFF.IFF_UP) !== 0,
    mtu: mtu === undefined ? 0 : readU32(mtu),
    macAddress: attributes.get(IFLA.IFLA_ADDRESS) ?? new Uint8Array(),
    traffic: readTraffic(attributes.get(IFLA.IFLA_STATS64)),
    ...(kind === undefined ? {} : { kind: readText(kind) }),
    ...(master === undefined ? {} : { master: readU32(master) }),
    ...(alias === undefined ? {} : { alias: readText(alias) }),
  };
}

function readTraffic(statistics: Uint8Array | undefined): Link["traffic"] {
  if (statistics === undefined) return { receivedBytes: 0n, sentBytes: 0n };
  const view = viewOf(statistics);
  return {
    receivedBytes: view.getBigUint64(RECEIVED_BYTES, LITTLE_ENDIAN),
    sentBytes: view.getBigUint64(SENT_BYTES, LITTLE_ENDIAN),
  };
}
