/**
 * What the packet filter holds, as the kernel tells of it. Pure.
 *
 * @module
 */
import { NF_INET, NF_VERDICT } from "../../../ffi/constants/netfilter.ts";
import {
  NFTA_CHAIN,
  NFTA_HOOK,
  NFTA_RULE,
} from "../../../ffi/constants/nf_tables.ts";
import {
  type Attributes,
  readAttributes,
  readNested,
} from "../netlink/attribute.ts";
import { readBe32, readBe64, readText } from "../netlink/bytes.ts";
import type { NetlinkMessage } from "../netlink/message.ts";
import { NETFILTER_HEADER_BYTES } from "./netfilter_header.ts";
import { decodeOwner, type RuleOwner } from "./rule_owner.ts";

/** A rule that is there. */
export interface PresentRule {
  readonly table: string;
  readonly chain: string;
  readonly handle: bigint;
  /** Absent if its comment tells of none. */
  readonly owner?: RuleOwner;
}

/** Reads a message of type `NFT_MSG_NEWRULE`. */
export function readRule(
  { body }: Pick<NetlinkMessage, "body">,
): PresentRule {
  const attributes = readAttributes(body.subarray(NETFILTER_HEADER_BYTES));
  const handle = attributes.get(NFTA_RULE.NFTA_RULE_HANDLE);
  const data = attributes.get(NFTA_RULE.NFTA_RULE_USERDATA);
  const owner = data === undefined ? undefined : decodeOwner(data);
  return {
    table: textOf(attributes, NFTA_RULE.NFTA_RULE_TABLE),
    chain: textOf(attributes, NFTA_RULE.NFTA_RULE_CHAIN),
    handle: handle === undefined ? 0n : readBe64(handle),
    ...(owner === undefined ? {} : { owner }),
  };
}

/** A chain that is there, anybody's. */
export interface PresentChain {
  /** `NFPROTO_…`, of the table. */
  readonly family: number;
  readonly table: string;
  readonly name: string;
  /** Whether it sees packets that go through this machine. */
  readonly isForward: boolean;
  /** Whether it ends packets that no rule of it is about. */
  readonly dropsByDefault: boolean;
}

/** Reads a message of type `NFT_MSG_NEWCHAIN`. */
export function readChain(
  { body }: Pick<NetlinkMessage, "body">,
): PresentChain {
  const attributes = readAttributes(body.subarray(NETFILTER_HEADER_BYTES));
  const hook = readNested(attributes, NFTA_CHAIN.NFTA_CHAIN_HOOK)
    .get(NFTA_HOOK.NFTA_HOOK_HOOKNUM);
  const policy = attributes.get(NFTA_CHAIN.NFTA_CHAIN_POLICY);
  return {
    family: body[0] ?? 0,
    table: textOf(attributes, NFTA_CHAIN.NFTA_CHAIN_TABLE),
    name: textOf(attributes, NFTA_CHAIN.NFTA_CHAIN_NAME),
    isForward: hook !== undefined && readBe32(hook) === NF_INET.NF_INET_FORWARD,
    dropsByDefault: policy !== undefined &&
      readBe32(policy) === NF_VERDICT.NF_DROP,
  };
}

function textOf(attributes: Attributes, type: number): string {
  return readText(attributes.get(type) ?? new Uint8Array());
}
