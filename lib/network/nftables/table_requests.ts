/**
 * Requests about tables, chains, maps and rules. Those that change something
 * go in a batch. Pure.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter/nf_tables.h
 */
import {
  NF_INET,
  NF_NETDEV,
  NFPROTO,
} from "../../../ffi/constants/netfilter.ts";
import { NLM_F } from "../../../ffi/constants/netlink.ts";
import {
  NFT_MSG,
  NFT_SET,
  NFTA_CHAIN,
  NFTA_DATA,
  NFTA_HOOK,
  NFTA_LIST,
  NFTA_RULE,
  NFTA_SET,
  NFTA_SET_ELEM,
  NFTA_SET_ELEM_LIST,
  NFTA_TABLE,
} from "../../../ffi/constants/nf_tables.ts";
import { NFNL_SUBSYS } from "../../../ffi/constants/nfnetlink.ts";
import { attribute, nested } from "../netlink/attribute.ts";
import { be16, be32, be64, concat, text } from "../netlink/bytes.ts";
import type { NetlinkRequest } from "../netlink/message.ts";
import type { Expression, MapReference } from "./expression.ts";
import { netfilterHeader } from "./netfilter_header.ts";
import { encodeOwner, type RuleOwner } from "./rule_owner.ts";

const CREATE = NLM_F.NLM_F_CREATE;

function request(
  what: string,
  message: number,
  flags: number,
  ...attributes: readonly Uint8Array[]
): NetlinkRequest {
  return {
    what,
    type: (NFNL_SUBSYS.NFNL_SUBSYS_NFTABLES << 8) | message,
    flags,
    body: concat(netfilterHeader(NFPROTO.NFPROTO_INET, 0), ...attributes),
  };
}

/**
 * A request about the table of the same name of another family.
 *
 * @param family `NFPROTO_…`.
 */
export function ofFamily(
  family: number,
  { body, ...rest }: NetlinkRequest,
): NetlinkRequest {
  const [, ...others] = body;
  return { ...rest, body: new Uint8Array([family, ...others]) };
}

/**
 * Makes a table for IPv4 and IPv6.
 *
 * @throws {NetlinkError} Later, `EEXIST` if there is one of this name.
 */
export function createTable(table: string): NetlinkRequest {
  return request(
    `create the table "${table}" of the packet filter`,
    NFT_MSG.NFT_MSG_NEWTABLE,
    CREATE | NLM_F.NLM_F_EXCL,
    attribute(NFTA_TABLE.NFTA_TABLE_NAME, text(table)),
  );
}

/** Removes a table with all it holds. */
export function removeTable(table: string): NetlinkRequest {
  return request(
    `remove the table "${table}" of the packet filter`,
    NFT_MSG.NFT_MSG_DELTABLE,
    0,
    attribute(NFTA_TABLE.NFTA_TABLE_NAME, text(table)),
  );
}

/** Where packets come by. */
const HOOKS = {
  prerouting: NF_INET.NF_INET_PRE_ROUTING,
  forward: NF_INET.NF_INET_FORWARD,
  output: NF_INET.NF_INET_LOCAL_OUT,
  postrouting: NF_INET.NF_INET_POST_ROUTING,
  ingress: NF_NETDEV.NF_NETDEV_INGRESS,
} as const;

/** A chain. One with a hook sees packets, others are jumped to. */
export interface Chain {
  readonly table: string;
  readonly name: string;
  readonly base?: {
    readonly type: "nat" | "filter";
    readonly hook: keyof typeof HOOKS;
    /** The lower, the sooner. */
    readonly priority: number;
    /** Of a chain of the family `netdev`: whose packets it sees. */
    readonly device?: string;
  };
}

/** Makes a chain; one with a hook lets pass what no rule is about. */
export function createChain({ table, name, base }: Chain): NetlinkRequest {
  const hook = base === undefined ? [] : [
    nested(
      NFTA_CHAIN.NFTA_CHAIN_HOOK,
      attribute(NFTA_HOOK.NFTA_HOOK_HOOKNUM, be32(HOOKS[base.hook])),
      attribute(NFTA_HOOK.NFTA_HOOK_PRIORITY, be32(base.priority)),
      ...(base.device === undefined
        ? []
        : [attribute(NFTA_HOOK.NFTA_HOOK_DEV, text(base.device))]),
    ),
    attribute(NFTA_CHAIN.NFTA_CHAIN_TYPE, text(base.type)),
  ];
  return request(
    `create the chain "${name}" of the packet filter`,
    NFT_MSG.NFT_MSG_NEWCHAIN,
    CREATE,
    attribute(NFTA_CHAIN.NFTA_CHAIN_TABLE, text(table)),
    attribute(NFTA_CHAIN.NFTA_CHAIN_NAME, text(name)),
    ...hook,
  );
}

/** Removes a chain of no rules. */
export function removeChain(table: string, chain: string): NetlinkRequest {
  return request(
    `remove the chain "${chain}" of the packet filter`,
    NFT_MSG.NFT_MSG_DELCHAIN,
    0,
    attribute(NFTA_CHAIN.NFTA_CHAIN_TABLE, text(table)),
    attribute(NFTA_CHAIN.NFTA_CHAIN_NAME, text(chain)),
  );
}

/** Removes all rules of a chain. */
export function emptyChain(table: string, chain: string): NetlinkRequest {
  return request(
    `empty the chain "${chain}" of the packet filter`,
    NFT_MSG.NFT_MSG_DELRULE,
    0,
    attribute(NFTA_RULE.NFTA_RULE_TABLE, text(table)),
    attribute(NFTA_RULE.NFTA_RULE_CHAIN, text(chain)),
  );
}

/** A rule: what packets, and what becomes of them. */
export interface Rule extends RuleOwner {
  readonly chain: string;
  /** Where in its chain; the end if absent. */
  readonly place?: "start";
  readonly expressions: readonly Expression[];
}

/** Adds a rule to its chain. */
export function addRule(table: string, rule: Rule): NetlinkRequest {
  return request(
    `add the rule "${rule.part}" to the packet filter`,
    NFT_MSG.NFT_MSG_NEWRULE,
    rule.place === "start" ? CREATE : CREATE | NLM_F.NLM_F_APPEND,
    attribute(NFTA_RULE.NFTA_RULE_TABLE, text(table)),
    attribute(NFTA_RULE.NFTA_RULE_CHAIN, text(rule.chain)),
    nested(NFTA_RULE.NFTA_RULE_EXPRESSIONS, ...rule.expressions),
    attribute(NFTA_RULE.NFTA_RULE_USERDATA, encodeOwner(rule)),
  );
}

/** Removes the rule of a handle, as `readRule()` tells it. */
export function removeRule(
  table: string,
  { chain, handle }: { readonly chain: string; readonly handle: bigint },
): NetlinkRequest {
  return request(
    `remove rule ${handle} from the packet filter`,
    NFT_MSG.NFT_MSG_DELRULE,
    0,
    attribute(NFTA_RULE.NFTA_RULE_TABLE, text(table)),
    attribute(NFTA_RULE.NFTA_RULE_CHAIN, text(chain)),
    attribute(NFTA_RULE.NFTA_RULE_HANDLE, be64(handle)),
  );
}

/** What nft(8) calls ports, `inet_service`. */
const TYPE_INET_SERVICE = 13;
const PORT_BYTES = 2;
/** As many elements as an attribute has room for, and some to spare. */
const ELEMENTS_PER_MESSAGE = 1000;

/** Makes a map from port to port, for one rule of the same batch alone. */
export function createPortMap(
  table: string,
  map: MapReference,
  ports: ReadonlyMap<number, number>,
): NetlinkRequest[] {
  const { NFT_SET_ANONYMOUS, NFT_SET_CONSTANT, NFT_SET_MAP } = NFT_SET;
  const flags = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT | NFT_SET_MAP;
  const made = request(
    "add a map of ports to the packet filter",
    NFT_MSG.NFT_MSG_NEWSET,
    CREATE,
    attribute(NFTA_SET.NFTA_SET_TABLE, text(table)),
    attribute(NFTA_SET.NFTA_SET_NAME, text(map.name)),
    attribute(NFTA_SET.NFTA_SET_FLAGS, be32(flags)),
    attribute(NFTA_SET.NFTA_SET_KEY_TYPE, be32(TYPE_INET_SERVICE)),
    attribute(NFTA_SET.NFTA_SET_KEY_LEN, be32(PORT_BYTES)),
    attribute(NFTA_SET.NFTA_SET_DATA_TYPE, be32(TYPE_INET_SERVICE)),
    attribute(NFTA_SET.NFTA_SET_DATA_LEN, be32(PORT_BYTES)),
    attribute(NFTA_SET.NFTA_SET_ID, be32(map.id)),
  );
  const pairs = [...ports];
  const requests = [made];
  for (let at = 0; at < pairs.length; at += ELEMENTS_PER_MESSAGE) {
    const some = pairs.slice(at, at + ELEMENTS_PER_MESSAGE);
    requests.push(addPorts(table, map, some));
  }
  return requests;
}

function addPorts(
  table: string,
  map: MapReference,
  pairs: readonly (readonly [number, number])[],
): NetlinkRequest {
  const port = (type: number, value: number): Uint8Array =>
    nested(type, attribute(NFTA_DATA.NFTA_DATA_VALUE, be16(value)));
  const elements = pairs.map(([from, to]) =>
    nested(
      NFTA_LIST.NFTA_LIST_ELEM,
      port(NFTA_SET_ELEM.NFTA_SET_ELEM_KEY, from),
      port(NFTA_SET_ELEM.NFTA_SET_ELEM_DATA, to),
    )
  );
  return request(
    "add ports to a map of the packet filter",
    NFT_MSG.NFT_MSG_NEWSETELEM,
    CREATE,
    attribute(NFTA_SET_ELEM_LIST.NFTA_SET_ELEM_LIST_TABLE, text(table)),
    attribute(NFTA_SET_ELEM_LIST.NFTA_SET_ELEM_LIST_SET, text(map.name)),
    attribute(NFTA_SET_ELEM_LIST.NFTA_SET_ELEM_LIST_SET_ID, be32(map.id)),
    nested(NFTA_SET_ELEM_LIST.NFTA_SET_ELEM_LIST_ELEMENTS, ...elements),
  );
}

/**
 * Asks for the rules of a table: `readRule()` reads each.
 *
 * @param family `NFPROTO_…`, of the table.
 */
export function listRules(
  table: string,
  family: number = NFPROTO.NFPROTO_INET,
): NetlinkRequest {
  const name = attribute(NFTA_RULE.NFTA_RULE_TABLE, text(table));
  return {
    ...request(`list the rules of "${table}"`, NFT_MSG.NFT_MSG_GETRULE, 0),
    body: concat(netfilterHeader(family, 0), name),
  };
}

/** Asks for all chains of all tables: `readChain()` reads each. */
export function listChains(): NetlinkRequest {
  const all = netfilterHeader(NFPROTO.NFPROTO_UNSPEC, 0);
  const listed = request(
    "list the chains of the packet filter",
    NFT_MSG.NFT_MSG_GETCHAIN,
    0,
  );
  return { ...listed, body: all };
}
