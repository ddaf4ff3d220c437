/**
 * The table of the packet filter that is ours: what it holds always, for each
 * network, and for each published port. No other table is touched. Pure.
 *
 * Packets to a published port are sent on to the container (`published`), from
 * outside, from this machine and from containers. Those of containers to the
 * world come from this machine's address (`outgoing`). Nobody gets into a
 * network but its own containers and who comes by a published port (`own` and
 * `foreign`), so networks are isolated from each other.
 *
 * @module
 * @see nft(8), "Chain types and hooks"
 */
import type { NetlinkRequest } from "../netlink/message.ts";
import { parseSubnet, type Subnet } from "../subnet.ts";
import {
  accept,
  drop,
  type Expression,
  goBack,
  jump,
  masquerade,
} from "./expression.ts";
import {
  fromDevice,
  fromOthers,
  fromSubnet,
  ofInitiator,
  ofKnownConnection,
  ofRedirectedConnection,
  toDevice,
  toOtherDevice,
  toSubnet,
  toThisMachine,
} from "./match.ts";
import { BASE_OWNER } from "./rule_owner.ts";
import {
  addRule,
  type Chain,
  createChain,
  createTable,
  type Rule,
} from "./table_requests.ts";

/** Priorities of nft(8); connections are known from -200 on. */
const PRIORITIES = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  srcnat: 100,
} as const;

const CHAINS: readonly Omit<Chain, "table">[] = [
  { name: "published" },
  { name: "own" },
  { name: "foreign" },
  {
    name: "guard",
    base: { type: "filter", hook: "prerouting", priority: PRIORITIES.raw },
  },
  {
    name: "detoured",
    base: { type: "filter", hook: "prerouting", priority: PRIORITIES.mangle },
  },
  {
    name: "incoming",
    base: { type: "nat", hook: "prerouting", priority: PRIORITIES.dstnat },
  },
  {
    name: "local",
    base: { type: "nat", hook: "output", priority: PRIORITIES.dstnat },
  },
  {
    name: "outgoing",
    base: { type: "nat", hook: "postrouting", priority: PRIORITIES.srcnat },
  },
  {
    name: "through",
    base: { type: "filter", hook: "forward", priority: PRIORITIES.filter },
  },
];

function subnet(text: string): Subnet {
  const parsed = parseSubnet(text);
  if (parsed === undefined) throw new TypeError(`"${text}" is no subnet`);
  return parsed;
}

/** What never leaves a machine, by version of IP. */
const LOOPBACK = { 4: subnet("127.0.0.0/8"), 6: subnet("::1/128") } as const;

/** The rules that are there with no network at all. */
export function baseRules(): Rule[] {
  const base = (chain: string, part: string): Omit<Rule, "expressions"> => ({
    chain,
    owner: BASE_OWNER,
    part,
  });
  return [
    {
      // A neighbour could send to 127.0.0.1, and would be sent on.
      ...base("incoming", "loopback"),
      expressions: [...toSubnet(LOOPBACK[4]), goBack()],
    },
    {
      ...base("incoming", "published"),
      expressions: [...toThisMachine(), jump("published")],
    },
    {
      ...base("local", "published"),
      expressions: [...toThisMachine(), jump("published")],
    },
    {
      ...base("through", "known"),
      expressions: [...ofKnownConnection(), accept()],
    },
    {
      ...base("through", "published"),
      expressions: [...ofRedirectedConnection(), accept()],
    },
    { ...base("through", "own"), expressions: [jump("own")] },
    { ...base("through", "foreign"), expressions: [jump("foreign")] },
  ];
}

/**
 * Makes the table, in one batch; it is refused with `EEXIST` if there is one.
 */
export function createOwnTable(table: string): NetlinkRequest[] {
  return [
    createTable(table),
    ...CHAINS.map((chain) => createChain({ ...chain, table })),
    ...baseRules().map((rule) => addRule(table, rule)),
  ];
}

/** A network of containers on a bridge. */
export interface BridgeNetwork {
  readonly id: string;
  /** The bridge's name. */
  readonly bridge: string;
  readonly subnets: readonly Subnet[];
  /** Whether its containers reach the world. */
  readonly access: "world" | "internal";
  /** Whether they do so as this machine; `on` if absent. */
  readonly masquerade?: "on" | "off";
  /** Whether they reach each other other than by published ports. */
  readonly neighbours?: "reached" | "isolated";
}

/**
 * The rules of a network. What they do is put together only for those that are
 * missing: mostly they are all there.
 */
export function networkRules(network: BridgeNetwork): Rule[] {
  const { id: owner, bridge, subnets, access } = network;
  return [
    neighbourRule(network),
    {
      chain: "foreign",
      owner,
      part: "into",
      get expressions(): Expression[] {
        return [...toDevice(bridge), drop()];
      },
    },
    ...(access === "world" ? [] : sealingRules(network)),
    {
      // The bridge lets such packets in, as their answers are sent on to it.
      chain: "guard",
      owner,
      part: "loopback",
      get expressions(): Expression[] {
        return [...fromDevice(bridge), ...toSubnet(LOOPBACK[4]), drop()];
      },
    },
    {
      // And packets that pretend to be from there: what serves datagrams may
      // trust whoever is on this machine.
      chain: "guard",
      owner,
      part: "from loopback",
      get expressions(): Expression[] {
        return [...fromDevice(bridge), ...fromSubnet(LOOPBACK[4]), drop()];
      },
    },
    ...subnets.filter(({ version }) => version === 6).map((subnet) => ({
      // Answers may come by the loopback (`loopback_detour.ts`), where a
      // firewall lets everything in; nothing else may.
      chain: "detoured",
      owner,
      part: "answers 6",
      expressions: [
        ...fromDevice("lo"),
        ...fromSubnet(subnet),
        ...fromOthers(),
        ...ofInitiator(),
        drop(),
      ],
    })),
    ...subnets.flatMap((subnet) => translationRules(network, subnet)),
  ];
}

/** Nobody leaves an internal network, not by published ports of others either. */
function sealingRules({ id: owner, bridge }: BridgeNetwork): Rule[] {
  return [
    {
      chain: "foreign",
      owner,
      part: "out",
      get expressions(): Expression[] {
        return [...fromDevice(bridge), drop()];
      },
    },
    {
      // Before the rules of containers, whenever those have come.
      chain: "published",
      place: "start",
      owner,
      part: "out",
      get expressions(): Expression[] {
        return [...fromDevice(bridge), goBack()];
      },
    },
  ];
}

/** What becomes of packets from one container to another one. */
function neighbourRule({ id: owner, bridge, neighbours }: BridgeNetwork): Rule {
  const isApart = neighbours === "isolated";
  // The bridge keeps isolated ones apart; this, those who ask us to send on.
  return {
    chain: "own",
    owner,
    part: isApart ? "isolated" : "own",
    get expressions(): Expression[] {
      return [
        ...fromDevice(bridge),
        ...toDevice(bridge),
        isApart ? drop() : accept(),
      ];
    },
  };
}

/** Whom packets of a subnet come from, to those they are sent to. */
function translationRules(
  { id: owner, bridge, access, masquerade: wanted }: BridgeNetwork,
  subnet: Subnet,
): Rule[] {
  const chain = "outgoing";
  const part = (what: string): string => `${what} ${subnet.version}`;
  return [
    {
      // Else a container would be answered by its neighbour itself, which it
      // has never asked.
      chain,
      owner,
      part: part("hairpin"),
      get expressions(): Expression[] {
        return [
          ...fromSubnet(subnet),
          ...toSubnet(subnet),
          ...ofRedirectedConnection(),
          masquerade(),
        ];
      },
    },
    {
      chain,
      owner,
      part: part("loopback"),
      get expressions(): Expression[] {
        return [
          ...fromSubnet(LOOPBACK[subnet.version]),
          ...toDevice(bridge),
          ...ofRedirectedConnection(),
          masquerade(),
        ];
      },
    },
    ...(access === "internal" || wanted === "off" ? [] : [{
      chain,
      owner,
      part: part("masquerade"),
      get expressions(): Expression[] {
        return [
          ...fromSubnet(subnet),
          ...toOtherDevice(bridge),
          masquerade(),
        ];
      },
    }]),
  ];
}
