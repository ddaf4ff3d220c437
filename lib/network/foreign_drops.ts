/**
 * Firewalls of others that end what containers send and receive. They have the
 * last word: what our rules let pass, theirs may still drop.
 *
 * @module
 */
import { NFPROTO } from "../../ffi/constants/netfilter.ts";
import type { IpVersion } from "./ip_address.ts";
import { readLegacyFilter } from "./legacy_filter.ts";
import type { NetlinkSocket } from "./netlink/netlink_socket.ts";
import { type PresentChain, readChain } from "./nftables/read_table.ts";
import { listChains, listRules } from "./nftables/table_requests.ts";
import { OWN_TABLE } from "./own_table_name.ts";

/** Whose rules they are, or what they are changed with. */
export type Keeper =
  | "docker"
  | "ufw"
  | "firewalld"
  | "iptables"
  | "iptables-legacy"
  | "nftables";

/** A chain that drops what no rule of it is about. */
export interface ForeignDrop {
  readonly keeper: Keeper;
  /** As nft(8) writes it: `ip filter FORWARD`. */
  readonly chain: string;
  /** `ip`, `ip6`, `inet` or `bridge`. */
  readonly family: Family;
}

/** What is asked about. */
export interface Passage {
  /** The bridge whose containers are to be let through. */
  readonly bridge: string;
  /** Versions of IP they have. */
  readonly versions: readonly IpVersion[];
}

const FAMILIES = {
  [NFPROTO.NFPROTO_INET]: "inet",
  [NFPROTO.NFPROTO_IPV4]: "ip",
  [NFPROTO.NFPROTO_IPV6]: "ip6",
  [NFPROTO.NFPROTO_BRIDGE]: "bridge",
} as const;

type Family = typeof FAMILIES[keyof typeof FAMILIES];

/** What the names of all our bridges begin with that were not given one. */
const BRIDGE_PREFIX = /tsd-[\w.-]*/g;
/** Of firewalld, which drops by its last rule instead. */
const FIREWALLD = { table: "firewalld", name: "filter_FORWARD" } as const;

/**
 * Looks for chains that drop what is not let through, and have no rule that
 * names the bridge: one that does is taken for its user's answer. Takes a
 * millisecond, more with thousands of rules.
 *
 * @param filter Of the calling thread's network namespace.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function findForeignDrops(
  filter: NetlinkSocket,
  passage: Passage,
): ForeignDrop[] {
  const { versions } = passage;
  return [
    ...findDrops(filter, passage),
    ...versions.flatMap((version) => legacyDrop(version, passage)),
  ];
}

function findDrops(filter: NetlinkSocket, passage: Passage): ForeignDrop[] {
  const chains = filter.list(listChains()).map(readChain);
  return chains.filter(isDropping).flatMap((chain) => {
    const family = familyOf(chain);
    if (family === undefined || !isAbout(family, passage)) return [];
    const rules = filter.list(listRules(chain.table, chain.family));
    const decoder = new TextDecoder("latin1");
    const isKnown = rules.some(({ body }) =>
      namesBridge(decoder.decode(body), passage.bridge)
    );
    if (isKnown) return [];
    const { table, name } = chain;
    const keeper = keeperOf(chain, chains);
    return [{ keeper, family, chain: `${family} ${table} ${name}` }];
  });
}

function isDropping(chain: PresentChain): boolean {
  const { table, name, isForward, dropsByDefault } = chain;
  if (!isForward || table.startsWith(OWN_TABLE)) return false;
  return dropsByDefault ||
    (table === FIREWALLD.table && name === FIREWALLD.name);
}

function familyOf({ family }: PresentChain): Family | undefined {
  const families: Readonly<Record<number, Family>> = FAMILIES;
  return families[family];
}

function isAbout(family: Family, { versions }: Passage): boolean {
  if (family === "ip") return versions.includes(4);
  if (family === "ip6") return versions.includes(6);
  return true;
}

/** Who has the chain, by the others of its table. */
function keeperOf(
  { family, table, name }: PresentChain,
  chains: readonly PresentChain[],
): Keeper {
  const others = chains.filter((one) =>
    one.family === family && one.table === table
  ).map((one) => one.name);
  if (table === FIREWALLD.table) return "firewalld";
  return keeperAmong(others.join("\n")) ??
    (table === "filter" && name === "FORWARD" ? "iptables" : "nftables");
}

/** Where both are, docker's chain comes first. */
function keeperAmong(names: string): Keeper | undefined {
  if (names.includes("DOCKER-USER")) return "docker";
  return /\bufw6?-/.test(names) ? "ufw" : undefined;
}

function legacyDrop(
  version: IpVersion,
  { bridge }: Passage,
): ForeignDrop[] {
  const found = readLegacyFilter(version);
  if (!found?.dropsByDefault || namesBridge(found.text, bridge)) return [];
  const family = version === 4 ? "ip" : "ip6";
  const keeper = keeperAmong(found.text) ?? "iptables-legacy";
  return [{ keeper, family, chain: `${family} filter FORWARD` }];
}

/** Whether a bridge's name is there, or one that ends for all, as `tsd-+`. */
export function namesBridge(text: string, bridge: string): boolean {
  if (text.includes(bridge)) return true;
  const names = text.match(BRIDGE_PREFIX) ?? [];
  return names.some((name) => bridge.startsWith(name));
}

/** What to tell of a chain, and what its user can do. */
export interface DropAdvice {
  /** A sentence without its full stop. */
  readonly problem: string;
  /** Commands of a shell that let containers through. */
  readonly advice: string;
}

/**
 * What to tell of a chain. Pure.
 *
 * @param bridge As in {@linkcode Passage}; `tsd-+` for all of ours.
 */
export function describeDrop(drop: ForeignDrop, bridge: string): DropAdvice {
  return {
    problem: `${OWNERS[drop.keeper]} drops what containers send to the ` +
      `world, and receive from it (${drop.chain})`,
    advice: adviceFor(drop, bridge),
  };
}

/** What to tell of chains, as a warning for each. Pure. */
export function explainDrops(
  drops: readonly ForeignDrop[],
  { bridge }: Pick<Passage, "bridge">,
): string[] {
  return drops.map((drop) => {
    const { problem, advice } = describeDrop(drop, bridge);
    return `${problem}; to let it pass: ${advice}`;
  });
}

const OWNERS: Readonly<Record<Keeper, string>> = {
  docker: "The firewall of docker",
  ufw: "The firewall ufw",
  firewalld: "The firewall firewalld",
  iptables: "A policy of iptables",
  "iptables-legacy": "A policy of iptables-legacy",
  nftables: "A chain of nftables",
};

function adviceFor(
  { keeper, family, chain }: ForeignDrop,
  bridge: string,
): string {
  const program = family === "ip6" ? "ip6tables" : "iptables";
  const both = (line: (direction: "i" | "o") => string): string =>
    `${line("i")}; ${line("o")}`;
  switch (keeper) {
    case "docker":
      return both((way) =>
        `${program} -I DOCKER-USER -${way} ${bridge} -j ACCEPT`
      );
    case "ufw":
      return `ufw route allow in on ${bridge}; ufw route allow out on ${bridge}`;
    case "firewalld":
      return `firewall-cmd --permanent --zone=trusted --add-interface=${bridge}; ` +
        "firewall-cmd --reload";
    case "iptables":
      return both((way) => `${program} -I FORWARD -${way} ${bridge} -j ACCEPT`);
    case "iptables-legacy":
      return both((way) =>
        `${program}-legacy -I FORWARD -${way} ${bridge} -j ACCEPT`
      );
    case "nftables":
      return both((way) =>
        `nft insert rule ${chain} ${way}ifname '"${nftName(bridge)}"' accept`
      );
  }
}

/** What iptables writes as `tsd-+`. */
function nftName(bridge: string): string {
  return bridge.replace(/\+$/, "*");
}
