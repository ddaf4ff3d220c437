/**
 * Constants of `linux/netfilter/nf_tables.h`: tables, chains, sets and rules.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter/nf_tables.h
 */

/** Types of messages, within `NFNL_SUBSYS_NFTABLES`. */
export const NFT_MSG = {
  NFT_MSG_NEWTABLE: 0,
  NFT_MSG_GETTABLE: 1,
  NFT_MSG_DELTABLE: 2,
  NFT_MSG_NEWCHAIN: 3,
  NFT_MSG_GETCHAIN: 4,
  NFT_MSG_DELCHAIN: 5,
  NFT_MSG_NEWRULE: 6,
  NFT_MSG_GETRULE: 7,
  NFT_MSG_DELRULE: 8,
  NFT_MSG_NEWSET: 9,
  NFT_MSG_GETSET: 10,
  NFT_MSG_DELSET: 11,
  NFT_MSG_NEWSETELEM: 12,
  NFT_MSG_GETSETELEM: 13,
  NFT_MSG_DELSETELEM: 14,
  NFT_MSG_NEWGEN: 15,
  NFT_MSG_GETGEN: 16,
} as const;

/** Registers, and the verdict's. */
export const NFT_REG = {
  NFT_REG_VERDICT: 0,
  NFT_REG_1: 1,
  NFT_REG_2: 2,
  NFT_REG_3: 3,
  NFT_REG_4: 4,
  NFT_REG32_00: 8,
} as const;

/** Verdicts of the tables' own. */
export const NFT_VERDICT = {
  NFT_JUMP: -3,
  NFT_GOTO: -4,
  NFT_RETURN: -5,
} as const;

/** Members of a list. */
export const NFTA_LIST = {
  NFTA_LIST_ELEM: 1,
} as const;

/** Attributes of a base chain's hook. */
export const NFTA_HOOK = {
  NFTA_HOOK_HOOKNUM: 1,
  NFTA_HOOK_PRIORITY: 2,
  NFTA_HOOK_DEV: 3,
} as const;

/** Attributes of a table. */
export const NFTA_TABLE = {
  NFTA_TABLE_NAME: 1,
  NFTA_TABLE_FLAGS: 2,
  NFTA_TABLE_HANDLE: 4,
  NFTA_TABLE_USERDATA: 6,
} as const;

/** Attributes of a chain. */
export const NFTA_CHAIN = {
  NFTA_CHAIN_TABLE: 1,
  NFTA_CHAIN_HANDLE: 2,
  NFTA_CHAIN_NAME: 3,
  NFTA_CHAIN_HOOK: 4,
  NFTA_CHAIN_POLICY: 5,
  NFTA_CHAIN_USE: 6,
  NFTA_CHAIN_TYPE: 7,
} as const;

/** Attributes of a rule. */
export const NFTA_RULE = {
  NFTA_RULE_TABLE: 1,
  NFTA_RULE_CHAIN: 2,
  NFTA_RULE_HANDLE: 3,
  NFTA_RULE_EXPRESSIONS: 4,
  NFTA_RULE_POSITION: 6,
  NFTA_RULE_USERDATA: 7,
} as const;

/** Attributes of an expression. */
export const NFTA_EXPR = {
  NFTA_EXPR_NAME: 1,
  NFTA_EXPR_DATA: 2,
} as const;

/** Attributes of a set or map. */
export const NFTA_SET = {
  NFTA_SET_TABLE: 1,
  NFTA_SET_NAME: 2,
  NFTA_SET_FLAGS: 3,
  NFTA_SET_KEY_TYPE: 4,
  NFTA_SET_KEY_LEN: 5,
  NFTA_SET_DATA_TYPE: 6,
  NFTA_SET_DATA_LEN: 7,
  NFTA_SET_ID: 10,
  NFTA_SET_USERDATA: 13,
} as const;

/** Flags of a set. */
export const NFT_SET = {
  NFT_SET_ANONYMOUS: 0x1,
  NFT_SET_CONSTANT: 0x2,
  NFT_SET_INTERVAL: 0x4,
  NFT_SET_MAP: 0x8,
} as const;

/** Attributes of an element. */
export const NFTA_SET_ELEM = {
  NFTA_SET_ELEM_KEY: 1,
  NFTA_SET_ELEM_DATA: 2,
  NFTA_SET_ELEM_FLAGS: 3,
  NFTA_SET_ELEM_USERDATA: 6,
} as const;

/** Flags of an element. */
export const NFT_SET_ELEM = {
  NFT_SET_ELEM_INTERVAL_END: 0x1,
} as const;

/** Attributes of a message of elements. */
export const NFTA_SET_ELEM_LIST = {
  NFTA_SET_ELEM_LIST_TABLE: 1,
  NFTA_SET_ELEM_LIST_SET: 2,
  NFTA_SET_ELEM_LIST_ELEMENTS: 3,
  NFTA_SET_ELEM_LIST_SET_ID: 4,
} as const;

/** Attributes of a value. */
export const NFTA_DATA = {
  NFTA_DATA_VALUE: 1,
  NFTA_DATA_VERDICT: 2,
} as const;

/** Attributes of a verdict. */
export const NFTA_VERDICT = {
  NFTA_VERDICT_CODE: 1,
  NFTA_VERDICT_CHAIN: 2,
} as const;

/** Attributes of a mask. */
export const NFTA_BITWISE = {
  NFTA_BITWISE_SREG: 1,
  NFTA_BITWISE_DREG: 2,
  NFTA_BITWISE_LEN: 3,
  NFTA_BITWISE_MASK: 4,
  NFTA_BITWISE_XOR: 5,
} as const;

/** Attributes of a comparison. */
export const NFTA_CMP = {
  NFTA_CMP_SREG: 1,
  NFTA_CMP_OP: 2,
  NFTA_CMP_DATA: 3,
} as const;

/** Comparisons. */
export const NFT_CMP = {
  NFT_CMP_EQ: 0,
  NFT_CMP_NEQ: 1,
  NFT_CMP_LT: 2,
  NFT_CMP_LTE: 3,
  NFT_CMP_GT: 4,
  NFT_CMP_GTE: 5,
} as const;

/** Attributes of a comparison with a range. */
export const NFTA_RANGE = {
  NFTA_RANGE_SREG: 1,
  NFTA_RANGE_OP: 2,
  NFTA_RANGE_FROM_DATA: 3,
  NFTA_RANGE_TO_DATA: 4,
} as const;

/** Comparisons with a range. */
export const NFT_RANGE = {
  NFT_RANGE_EQ: 0,
  NFT_RANGE_NEQ: 1,
} as const;

/** Attributes of a lookup. */
export const NFTA_LOOKUP = {
  NFTA_LOOKUP_SET: 1,
  NFTA_LOOKUP_SREG: 2,
  NFTA_LOOKUP_DREG: 3,
  NFTA_LOOKUP_SET_ID: 4,
  NFTA_LOOKUP_FLAGS: 5,
} as const;

/** Attributes of a packet's bytes. */
export const NFTA_PAYLOAD = {
  NFTA_PAYLOAD_DREG: 1,
  NFTA_PAYLOAD_BASE: 2,
  NFTA_PAYLOAD_OFFSET: 3,
  NFTA_PAYLOAD_LEN: 4,
  NFTA_PAYLOAD_SREG: 5,
} as const;

/** Headers of a packet. */
export const NFT_PAYLOAD = {
  NFT_PAYLOAD_LL_HEADER: 0,
  NFT_PAYLOAD_NETWORK_HEADER: 1,
  NFT_PAYLOAD_TRANSPORT_HEADER: 2,
} as const;

/** Attributes of what is known of a packet. */
export const NFTA_META = {
  NFTA_META_DREG: 1,
  NFTA_META_KEY: 2,
  NFTA_META_SREG: 3,
} as const;

/** What is known of a packet. */
export const NFT_META = {
  NFT_META_PROTOCOL: 1,
  NFT_META_IIFNAME: 6,
  NFT_META_OIFNAME: 7,
  NFT_META_NFPROTO: 15,
  NFT_META_L4PROTO: 16,
  NFT_META_PKTTYPE: 19,
} as const;

/** Attributes of what is known of a connection. */
export const NFTA_CT = {
  NFTA_CT_DREG: 1,
  NFTA_CT_KEY: 2,
  NFTA_CT_DIRECTION: 3,
} as const;

/** What is known of a connection. */
export const NFT_CT = {
  NFT_CT_STATE: 0,
  NFT_CT_DIRECTION: 1,
  NFT_CT_STATUS: 2,
} as const;

/** Attributes of a value for a register. */
export const NFTA_IMMEDIATE = {
  NFTA_IMMEDIATE_DREG: 1,
  NFTA_IMMEDIATE_DATA: 2,
} as const;

/** Attributes of a way out by another device. */
export const NFTA_FWD = {
  NFTA_FWD_SREG_DEV: 1,
} as const;

/** Attributes of a translation. */
export const NFTA_NAT = {
  NFTA_NAT_TYPE: 1,
  NFTA_NAT_FAMILY: 2,
  NFTA_NAT_REG_ADDR_MIN: 3,
  NFTA_NAT_REG_ADDR_MAX: 4,
  NFTA_NAT_REG_PROTO_MIN: 5,
  NFTA_NAT_REG_PROTO_MAX: 6,
  NFTA_NAT_FLAGS: 7,
} as const;

/** Directions of a translation. */
export const NFT_NAT = {
  NFT_NAT_SNAT: 0,
  NFT_NAT_DNAT: 1,
} as const;

/** Attributes of a lookup among routes. */
export const NFTA_FIB = {
  NFTA_FIB_DREG: 1,
  NFTA_FIB_RESULT: 2,
  NFTA_FIB_FLAGS: 3,
} as const;

/** Answers of a lookup among routes. */
export const NFT_FIB_RESULT = {
  NFT_FIB_RESULT_ADDRTYPE: 3,
} as const;

/** Questions to the routes. */
export const NFTA_FIB_F = {
  NFTA_FIB_F_SADDR: 0x1,
  NFTA_FIB_F_DADDR: 0x2,
} as const;
