/**
 * The instructions that rules are made of: load something of a packet into a
 * register, compare it, act. Each is a value that becomes bytes. Pure.
 *
 * @module
 * @see nft(8); Linux include/uapi/linux/netfilter/nf_tables.h
 */
import {
  NFT_CMP,
  NFT_FIB_RESULT,
  NFT_NAT,
  NFT_RANGE,
  NFT_REG,
  NFT_VERDICT,
  NFTA_BITWISE,
  NFTA_CMP,
  NFTA_CT,
  NFTA_DATA,
  NFTA_EXPR,
  NFTA_FIB,
  NFTA_FIB_F,
  NFTA_FWD,
  NFTA_IMMEDIATE,
  NFTA_LIST,
  NFTA_LOOKUP,
  NFTA_META,
  NFTA_NAT,
  NFTA_PAYLOAD,
  NFTA_RANGE,
  NFTA_VERDICT,
} from "../../../ffi/constants/nf_tables.ts";
import { NF_VERDICT } from "../../../ffi/constants/netfilter.ts";
import { attribute, nested } from "../netlink/attribute.ts";
import { be32, text } from "../netlink/bytes.ts";

/** An instruction as bytes: its name, and what it is told. */
export type Expression = Uint8Array;

/** Registers of 16 bytes. Instructions that compare use the first. */
export const REGISTERS = {
  first: NFT_REG.NFT_REG_1,
  second: NFT_REG.NFT_REG_2,
} as const;

function expression(
  name: string,
  ...attributes: readonly Uint8Array[]
): Expression {
  return nested(
    NFTA_LIST.NFTA_LIST_ELEM,
    attribute(NFTA_EXPR.NFTA_EXPR_NAME, text(name)),
    nested(NFTA_EXPR.NFTA_EXPR_DATA, ...attributes),
  );
}

function number(type: number, value: number): Uint8Array {
  return attribute(type, be32(value));
}

function value(type: number, bytes: Uint8Array): Uint8Array {
  return nested(type, attribute(NFTA_DATA.NFTA_DATA_VALUE, bytes));
}

/** Where bytes of a packet are. */
export interface PayloadPlace {
  /** One of `NFT_PAYLOAD_…`. */
  readonly base: number;
  readonly offset: number;
  readonly length: number;
}

/** Loads bytes of the packet. */
export function loadPayload(
  { base, offset, length }: PayloadPlace,
): Expression {
  return expression(
    "payload",
    number(NFTA_PAYLOAD.NFTA_PAYLOAD_DREG, REGISTERS.first),
    number(NFTA_PAYLOAD.NFTA_PAYLOAD_BASE, base),
    number(NFTA_PAYLOAD.NFTA_PAYLOAD_OFFSET, offset),
    number(NFTA_PAYLOAD.NFTA_PAYLOAD_LEN, length),
  );
}

/** Loads what is known of the packet, a `NFT_META_…` key. */
export function loadMeta(key: number): Expression {
  return expression(
    "meta",
    number(NFTA_META.NFTA_META_KEY, key),
    number(NFTA_META.NFTA_META_DREG, REGISTERS.first),
  );
}

/** Writes what is in the first register into the packet. */
export function writePayload(
  { base, offset, length }: PayloadPlace,
): Expression {
  return expression(
    "payload",
    number(NFTA_PAYLOAD.NFTA_PAYLOAD_SREG, REGISTERS.first),
    number(NFTA_PAYLOAD.NFTA_PAYLOAD_BASE, base),
    number(NFTA_PAYLOAD.NFTA_PAYLOAD_OFFSET, offset),
    number(NFTA_PAYLOAD.NFTA_PAYLOAD_LEN, length),
  );
}

/** Changes what is known of the packet to what is in the first register. */
export function writeMeta(key: number): Expression {
  return expression(
    "meta",
    number(NFTA_META.NFTA_META_KEY, key),
    number(NFTA_META.NFTA_META_SREG, REGISTERS.first),
  );
}

/** Has the packet leave by the device whose number is in the first register. */
export function leaveByDevice(): Expression {
  return expression("fwd", number(NFTA_FWD.NFTA_FWD_SREG_DEV, REGISTERS.first));
}

/** Loads what is known of the packet's connection, a `NFT_CT_…` key. */
export function loadConnection(key: number): Expression {
  return expression(
    "ct",
    number(NFTA_CT.NFTA_CT_KEY, key),
    number(NFTA_CT.NFTA_CT_DREG, REGISTERS.first),
  );
}

/** Loads what sort of address the packet goes to, a `RTN_…` number. */
export function loadDestinationType(): Expression {
  return loadAddressType(NFTA_FIB_F.NFTA_FIB_F_DADDR);
}

/** Loads what sort of address the packet comes from, a `RTN_…` number. */
export function loadSourceType(): Expression {
  return loadAddressType(NFTA_FIB_F.NFTA_FIB_F_SADDR);
}

function loadAddressType(flags: number): Expression {
  return expression(
    "fib",
    number(NFTA_FIB.NFTA_FIB_DREG, REGISTERS.first),
    number(NFTA_FIB.NFTA_FIB_RESULT, NFT_FIB_RESULT.NFT_FIB_RESULT_ADDRTYPE),
    number(NFTA_FIB.NFTA_FIB_FLAGS, flags),
  );
}

/** Keeps the bits of a mask. */
export function mask(bits: Uint8Array): Expression {
  return expression(
    "bitwise",
    number(NFTA_BITWISE.NFTA_BITWISE_SREG, REGISTERS.first),
    number(NFTA_BITWISE.NFTA_BITWISE_DREG, REGISTERS.first),
    number(NFTA_BITWISE.NFTA_BITWISE_LEN, bits.length),
    value(NFTA_BITWISE.NFTA_BITWISE_MASK, bits),
    value(NFTA_BITWISE.NFTA_BITWISE_XOR, new Uint8Array(bits.length)),
  );
}

function compare(operation: number, bytes: Uint8Array): Expression {
  return expression(
    "cmp",
    number(NFTA_CMP.NFTA_CMP_SREG, REGISTERS.first),
    number(NFTA_CMP.NFTA_CMP_OP, operation),
    value(NFTA_CMP.NFTA_CMP_DATA, bytes),
  );
}

/** Goes on if what is loaded is this. */
export function isEqual(bytes: Uint8Array): Expression {
  return compare(NFT_CMP.NFT_CMP_EQ, bytes);
}

/** Goes on if what is loaded is not this. */
export function isNotEqual(bytes: Uint8Array): Expression {
  return compare(NFT_CMP.NFT_CMP_NEQ, bytes);
}

/** Goes on if what is loaded is between these, or one of them. */
export function isBetween(from: Uint8Array, to: Uint8Array): Expression {
  return expression(
    "range",
    number(NFTA_RANGE.NFTA_RANGE_SREG, REGISTERS.first),
    number(NFTA_RANGE.NFTA_RANGE_OP, NFT_RANGE.NFT_RANGE_EQ),
    value(NFTA_RANGE.NFTA_RANGE_FROM_DATA, from),
    value(NFTA_RANGE.NFTA_RANGE_TO_DATA, to),
  );
}

/** Puts bytes into a register. */
export function put(register: number, bytes: Uint8Array): Expression {
  return expression(
    "immediate",
    number(NFTA_IMMEDIATE.NFTA_IMMEDIATE_DREG, register),
    value(NFTA_IMMEDIATE.NFTA_IMMEDIATE_DATA, bytes),
  );
}

/** A map of the same batch, by its name and the number it has there. */
export interface MapReference {
  readonly name: string;
  readonly id: number;
}

/** Replaces what is loaded by what a map has for it, in another register. */
export function lookUp(map: MapReference, register: number): Expression {
  return expression(
    "lookup",
    attribute(NFTA_LOOKUP.NFTA_LOOKUP_SET, text(map.name)),
    number(NFTA_LOOKUP.NFTA_LOOKUP_SREG, REGISTERS.first),
    number(NFTA_LOOKUP.NFTA_LOOKUP_DREG, register),
    number(NFTA_LOOKUP.NFTA_LOOKUP_SET_ID, map.id),
  );
}

function verdict(code: number, chain?: string): Expression {
  return expression(
    "immediate",
    number(NFTA_IMMEDIATE.NFTA_IMMEDIATE_DREG, NFT_REG.NFT_REG_VERDICT),
    nested(
      NFTA_IMMEDIATE.NFTA_IMMEDIATE_DATA,
      nested(
        NFTA_DATA.NFTA_DATA_VERDICT,
        number(NFTA_VERDICT.NFTA_VERDICT_CODE, code),
        ...(chain === undefined
          ? []
          : [attribute(NFTA_VERDICT.NFTA_VERDICT_CHAIN, text(chain))]),
      ),
    ),
  );
}

/** Lets the packet pass this hook of this table; other tables may not. */
export function accept(): Expression {
  return verdict(NF_VERDICT.NF_ACCEPT);
}

/** Ends the packet. */
export function drop(): Expression {
  return verdict(NF_VERDICT.NF_DROP);
}

/** Goes back to the chain that has jumped here. */
export function goBack(): Expression {
  return verdict(NFT_VERDICT.NFT_RETURN);
}

/** Goes on in another chain, and comes back at its end. */
export function jump(chain: string): Expression {
  return verdict(NFT_VERDICT.NFT_JUMP, chain);
}

/** Makes packets come from the device they leave by. */
export function masquerade(): Expression {
  return expression("masq");
}

/**
 * Sends packets elsewhere: to the address in the first register.
 *
 * @param family `NFPROTO_IPV4` or `NFPROTO_IPV6`.
 * @param portRegister Where the port is; absent if packets keep theirs.
 */
export function sendTo(family: number, portRegister?: number): Expression {
  return expression(
    "nat",
    number(NFTA_NAT.NFTA_NAT_TYPE, NFT_NAT.NFT_NAT_DNAT),
    number(NFTA_NAT.NFTA_NAT_FAMILY, family),
    number(NFTA_NAT.NFTA_NAT_REG_ADDR_MIN, REGISTERS.first),
    ...(portRegister === undefined
      ? []
      : [number(NFTA_NAT.NFTA_NAT_REG_PROTO_MIN, portRegister)]),
  );
}
