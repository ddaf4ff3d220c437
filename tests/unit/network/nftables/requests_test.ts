/**
 * Rules byte by byte, as the packet filter takes them; tests with root show
 * that nft(8) reads the same.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseIpAddress } from "../../../../lib/network/ip_address.ts";
import { decodeMessages } from "../../../../lib/network/netlink/message.ts";
import { encodeBatch } from "../../../../lib/network/nftables/batch.ts";
import {
  accept,
  drop,
  type Expression,
  isBetween,
  jump,
  masquerade,
} from "../../../../lib/network/nftables/expression.ts";
import {
  fromDevice,
  fromSubnet,
  ofKnownConnection,
  toPorts,
  toThisMachine,
} from "../../../../lib/network/nftables/match.ts";
import {
  type BridgeNetwork,
  createOwnTable,
  networkRules,
} from "../../../../lib/network/nftables/own_table.ts";
import {
  addRules,
  type AnyRule,
} from "../../../../lib/network/nftables/add_rules.ts";
import { publicationRules } from "../../../../lib/network/nftables/publication_rules.ts";
import {
  readChain,
  readRule,
} from "../../../../lib/network/nftables/read_table.ts";
import {
  changeRequests,
  compareRules,
} from "../../../../lib/network/nftables/rule_changes.ts";
import {
  decodeOwner,
  encodeOwner,
} from "../../../../lib/network/nftables/rule_owner.ts";
import {
  addRule,
  createChain,
  createTable,
  removeRule,
  type Rule,
} from "../../../../lib/network/nftables/table_requests.ts";
import { parseSubnet, type Subnet } from "../../../../lib/network/subnet.ts";

const HEADER = "01000000"; // NFPROTO_INET, version 0, resource 0

function hex(...expressions: readonly Expression[]): string {
  return expressions.map((one) => one.toHex()).join("");
}

function subnet(text: string): Subnet {
  const parsed = parseSubnet(text);
  assert.ok(parsed);
  return parsed;
}

Deno.test("createTable() and createChain() name what they make", () => {
  const table = createTable("t");
  assert.equal(table.type, 0xa00);
  assert.equal(table.flags, 0x600);
  assert.equal(table.body.toHex(), `${HEADER}0600010074000000`);
  const base = { type: "nat", hook: "postrouting", priority: -100 } as const;
  assert.equal(
    createChain({ table: "t", name: "c", base }).body.toHex(),
    [
      HEADER,
      "0600010074000000",
      "0600030063000000", // NFTA_CHAIN_NAME
      "14000480" + "0800010000000004" + "08000200ffffff9c", // NFTA_CHAIN_HOOK
      "080007006e617400", // NFTA_CHAIN_TYPE
    ].join(""),
  );
  const plain = createChain({ table: "t", name: "c" });
  assert.equal(plain.body.length, 20);
});

Deno.test("matches load, and compare", () => {
  assert.equal(
    hex(...toPorts("tcp", { first: 80, last: 80 })),
    [
      // meta l4proto 6
      "24000180" + "090001006d65746100000000" + "14000280" +
      "0800020000000010" + "0800010000000001",
      "2c000180" + "08000100636d7000" + "20000280" +
      "0800010000000001" + "0800020000000000" + "0c000380" + "0500010006000000",
      // th dport 80
      "34000180" + "0c0001007061796c6f616400" + "24000280" +
      "0800010000000001" + "0800020000000002" + "0800030000000002" +
      "0800040000000002",
      "2c000180" + "08000100636d7000" + "20000280" +
      "0800010000000001" + "0800020000000000" + "0c000380" + "0600010000500000",
    ].join(""),
  );
  const [load, compare] = fromDevice("br0");
  assert.ok(load && compare);
  assert.match(hex(load), /0800020000000006/);
  assert.match(hex(compare), /1400010062723000(0{24})$/);
  // IPv4, the source's first three bytes, then 10.7.0.0.
  const source = hex(...fromSubnet(subnet("10.7.0.0/24")));
  assert.match(source, /0800020000000001080003000000000c0800040000000004/);
  assert.match(source, /08000100ffffff00/);
  assert.match(source, /080001000a070000$/);
  // A single address needs no mask.
  assert.ok(!hex(...fromSubnet(subnet("10.7.0.1/32"))).includes("62697477"));
  assert.match(hex(...toThisMachine()), /0800010002000000$/);
  assert.match(hex(...ofKnownConnection()), /0800010006000000/);
});

Deno.test("isBetween() compares with a range", () => {
  const [from, to] = [new Uint8Array([0, 80]), new Uint8Array([0, 90])];
  assert.equal(
    hex(isBetween(from, to)),
    "3c000180" + "0a00010072616e6765000000" + "2c000280" +
      "0800010000000001" + "0800020000000000" +
      "0c000380" + "0600010000500000" + "0c000480" + "06000100005a0000",
  );
});

Deno.test("verdicts say what becomes of a packet", () => {
  const immediate = "0e000100696d6d656469617465000000";
  assert.equal(
    hex(drop()),
    `30000180${immediate}1c000280` + "0800010000000000" +
      "10000280" + "0c000280" + "0800010000000000",
  );
  assert.match(hex(jump("own")), /08000100fffffffd080002006f776e00$/);
  assert.equal(
    hex(masquerade()),
    "14000180" + "090001006d61737100000000" + "04000280",
  );
});

Deno.test("the owner of a rule is its comment, and is read again", () => {
  const owner = { owner: "ab12", part: "0.0.0.0:80/tcp" };
  const data = encodeOwner(owner);
  assert.equal(data.subarray(0, 2).toHex(), "0014");
  assert.deepEqual(decodeOwner(data), owner);
  assert.equal(decodeOwner(new Uint8Array([1, 2, 3, 4])), undefined);
  assert.equal(decodeOwner(new Uint8Array([0, 3, 0x61, 0x62, 0])), undefined);
  const longest = {
    owner: "f".repeat(64),
    part: "[1111:2222:3333:4444:5555:6666:7777:8888]:30000-30100/sctp",
  };
  assert.deepEqual(decodeOwner(encodeOwner(longest)), longest);
  assert.throws(
    () => encodeOwner({ owner: "x", part: "y".repeat(200) }),
    RangeError,
  );
});

Deno.test("addRule() is read back by readRule()", () => {
  const rule = {
    chain: "own",
    owner: "net",
    part: "own",
    expressions: [drop()],
  };
  const { body, flags } = addRule("t", rule);
  assert.equal(flags, 0xc00);
  assert.deepEqual(readRule({ body }), {
    table: "t",
    chain: "own",
    handle: 0n,
    owner: { owner: "net", part: "own" },
  });
  const removed = removeRule("t", { chain: "own", handle: 300n });
  assert.equal(readRule(removed).handle, 300n);
});

Deno.test("readChain() reads hook and policy", () => {
  const made = createChain({
    table: "t",
    name: "c",
    base: { type: "filter", hook: "forward", priority: 0 },
  });
  assert.deepEqual(readChain(made), {
    family: 1,
    table: "t",
    name: "c",
    isForward: true,
    dropsByDefault: false,
  });
});

Deno.test("encodeBatch() has the last request acknowledged", () => {
  const requests = [createTable("t"), createChain({ table: "t", name: "c" })];
  const messages = decodeMessages(encodeBatch(requests, 5));
  assert.deepEqual(
    messages.map(({ type, flags, sequence }) => [type, flags, sequence]),
    [[0x10, 1, 5], [0xa00, 0x601, 6], [0xa03, 0x405, 7], [0x11, 1, 8]],
  );
  assert.equal(messages[0]?.body.toHex(), "0000000a");
});

Deno.test("createOwnTable() is refused if there is one", () => {
  const [first] = createOwnTable("t");
  assert.equal((first?.flags ?? 0) & 0x200, 0x200);
});

Deno.test("networkRules() of an internal network let nothing out", () => {
  const network = {
    id: "n",
    bridge: "b",
    subnets: [subnet("10.7.0.0/24")],
  };
  const parts = (access: "world" | "internal"): string[] =>
    networkRules({ ...network, access }).map(({ chain, part }) =>
      `${chain}: ${part}`
    );
  assert.deepEqual(parts("world"), [
    "own: own",
    "foreign: into",
    "guard: loopback",
    "guard: from loopback",
    "outgoing: hairpin 4",
    "outgoing: loopback 4",
    "outgoing: masquerade 4",
  ]);
  assert.deepEqual(parts("internal"), [
    "own: own",
    "foreign: into",
    "foreign: out",
    "published: out",
    "guard: loopback",
    "guard: from loopback",
    "outgoing: hairpin 4",
    "outgoing: loopback 4",
  ]);
});

function publications(
  count: number,
  containerPort: number,
): ReturnType<typeof publicationRules> {
  const address = parseIpAddress("10.7.0.2");
  assert.ok(address);
  return publicationRules({
    id: "c",
    addresses: [address],
    publications: [{
      protocol: "tcp",
      hostPorts: { first: 8000, last: 8000 + count - 1 },
      containerPorts: { first: containerPort, last: containerPort + count - 1 },
    }],
  });
}

function mapOf(
  [rule]: readonly AnyRule[],
): ReadonlyMap<number, number> | undefined {
  return rule && "ports" in rule ? rule.ports : undefined;
}

Deno.test("networkRules() keep neighbours apart, and addresses, if asked to", () => {
  const network: BridgeNetwork = {
    ...{ id: "n", bridge: "b", access: "world" },
    subnets: [subnet("10.7.0.0/24")],
  };
  const rules = networkRules({
    ...network,
    ...{ masquerade: "off", neighbours: "isolated" },
  });
  assert.deepEqual(rules.map(({ part }) => part), [
    "isolated",
    "into",
    "loopback",
    "from loopback",
    "hairpin 4",
    "loopback 4",
  ]);
  const [own] = networkRules(network);
  const last = (rule?: Rule): string =>
    hex(...rule?.expressions.slice(-1) ?? []);
  assert.equal(last(rules[0]), hex(drop()));
  assert.equal(last(own), hex(accept()));
});

Deno.test("publicationRules() has one rule a publication, whatever its range", () => {
  for (const count of [1, 2, 1000]) {
    assert.equal(publications(count, 8000).length, 1);
    assert.equal(mapOf(publications(count, 8000)), undefined);
    assert.equal(publications(count, 80).length, 1);
  }
  const map = mapOf(publications(3, 80));
  assert.deepEqual([...map ?? []], [[8000, 80], [8001, 81], [8002, 82]]);
  // The map, two messages of elements, the rule.
  assert.equal(addRules("t", publications(1500, 80)).length, 4);
});

Deno.test("publicationRules() leaves out versions the host's address has not", () => {
  const addresses = ["10.7.0.2", "fd00::2"].map((text) => {
    const address = parseIpAddress(text);
    assert.ok(address);
    return address;
  });
  const ports = { first: 80, last: 80 };
  const hostAddress = parseIpAddress("::1");
  assert.ok(hostAddress);
  const publication = {
    protocol: "tcp",
    hostPorts: ports,
    containerPorts: ports,
  } as const;
  const parts = (
    one: typeof publication & { hostAddress?: typeof hostAddress },
  ): string[] =>
    publicationRules({ id: "c", addresses, publications: [one] })
      .map(({ part }) => part);
  assert.deepEqual(parts(publication), ["0.0.0.0:80/tcp", "[::]:80/tcp"]);
  assert.deepEqual(parts({ ...publication, hostAddress }), ["[::1]:80/tcp"]);
});

Deno.test("compareRules() finds what is abandoned, and what is missing", () => {
  const [wanted] = publications(1, 80);
  assert.ok(wanted);
  const present = (
    chain: string,
    owner?: string,
    part = "x",
  ): ReturnType<typeof readRule> => ({
    table: "t",
    chain,
    handle: 7n,
    ...(owner === undefined ? {} : { owner: { owner, part } }),
  });
  const foreign = present("own");
  const base = present("through", "always", "own");
  const dead = present("published", "gone", "0.0.0.0:80/tcp");
  const there = present("published", wanted.owner, wanted.part);
  assert.deepEqual(compareRules([foreign, base, dead], [wanted]), {
    abandoned: [dead],
    missing: [wanted],
  });
  const settled = compareRules([foreign, base, there], [wanted]);
  assert.deepEqual(settled, { abandoned: [], missing: [] });
  assert.deepEqual(changeRequests("t", settled), []);
  const whats = changeRequests("t", compareRules([dead], [wanted]))
    .map(({ what }) => what);
  assert.deepEqual(whats, [
    "remove rule 7 from the packet filter",
    'add the rule "0.0.0.0:8000/tcp" to the packet filter',
  ]);
});
