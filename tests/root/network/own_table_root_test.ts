/**
 * The table of the packet filter, as the kernel has it and nft(8) prints it,
 * in a network namespace of the test's own.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Fd } from "../../../ffi/fd.ts";
import { parseIpAddress } from "../../../lib/network/ip_address.ts";
import { isNetlinkError } from "../../../lib/network/netlink/netlink_error.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import { NetlinkSocket } from "../../../lib/network/netlink/netlink_socket.ts";
import { performBatch } from "../../../lib/network/nftables/batch.ts";
import {
  createOwnTable,
  networkRules,
} from "../../../lib/network/nftables/own_table.ts";
import { addRules } from "../../../lib/network/nftables/add_rules.ts";
import { publicationRules } from "../../../lib/network/nftables/publication_rules.ts";
import {
  readChain,
  readRule,
} from "../../../lib/network/nftables/read_table.ts";
import {
  addRule,
  listChains,
  listRules,
  removeRule,
  removeTable,
} from "../../../lib/network/nftables/table_requests.ts";
import { OWN_TABLE } from "../../../lib/network/own_table_name.ts";
import {
  parsePublication,
  type SettledPublication,
} from "../../../lib/network/port_publication.ts";
import { parseSubnet } from "../../../lib/network/subnet.ts";
import {
  makeNetworkNamespace,
  runIn,
} from "../../support/network_namespace.ts";
import { rootTest } from "../../support/root.ts";

const CONTAINER = "c".repeat(64);
const NETWORK = "a".repeat(64);

function given<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

function openFilter(namespace: Fd): NetlinkSocket {
  return withinNetwork(namespace, () => NetlinkSocket.openNetfilter());
}

/** A publication that names the host's ports. */
function settled(text: string): SettledPublication {
  const publication = parsePublication(text);
  return { ...publication, hostPorts: given(publication.hostPorts) };
}

const network = networkRules({
  id: NETWORK,
  bridge: "tsd0",
  subnets: [
    given(parseSubnet("10.7.0.0/24")),
    given(parseSubnet("fd00:7::/64")),
  ],
  access: "world",
});

const published = publicationRules({
  id: CONTAINER,
  addresses: [
    given(parseIpAddress("10.7.0.2")),
    given(parseIpAddress("fd00:7::2")),
  ],
  publications: [
    "8080:80",
    "127.0.0.1:53:5353/udp",
    "[fd00::1]:81:81/sctp",
    "9000-9100:9000-9100",
    "0.0.0.0:7000-7002:7-9",
  ].map(settled),
});

/** What nft(8) prints of a chain, one rule a line, without comments. */
function chainText(listing: string, chain: string): string[] {
  const [, body = ""] = listing.split(`chain ${chain} {\n`);
  const [inner = ""] = body.split("\n\t}");
  return inner.split("\n").map((line) => line.trim());
}

/** Whether this machine has the program that prints the filter. */
function hasNft(): boolean {
  try {
    return new Deno.Command("nft", { args: ["--version"] }).outputSync()
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

rootTest("the table is what nft(8) would have made", () => {
  using host = makeNetworkNamespace();
  using filter = openFilter(host);
  performBatch(filter, "create the table", createOwnTable(OWN_TABLE));
  performBatch(filter, "add rules", [
    ...network.map((rule) => addRule(OWN_TABLE, rule)),
    ...addRules(OWN_TABLE, published),
  ]);
  assert.equal(filter.list(listRules(OWN_TABLE)).length, 7 + 11 + 7);
  if (!hasNft()) return;
  const listing = runIn(host, "nft", "list", "table", "inet", OWN_TABLE);
  const ours = `comment "${NETWORK}`;
  assert.deepEqual(chainText(listing, "through"), [
    "type filter hook forward priority filter; policy accept;",
    'ct state established,related accept comment "always known"',
    'ct status dnat accept comment "always published"',
    'jump own comment "always own"',
    'jump foreign comment "always foreign"',
  ]);
  assert.deepEqual(chainText(listing, "own"), [
    `iifname "tsd0" oifname "tsd0" accept ${ours} own"`,
  ]);
  assert.deepEqual(chainText(listing, "foreign"), [
    `oifname "tsd0" drop ${ours} into"`,
  ]);
  assert.deepEqual(chainText(listing, "guard"), [
    "type filter hook prerouting priority raw; policy accept;",
    `iifname "tsd0" ip daddr 127.0.0.0/8 drop ${ours} loopback"`,
    `iifname "tsd0" ip saddr 127.0.0.0/8 drop ${ours} from loopback"`,
  ]);
  assert.deepEqual(chainText(listing, "detoured"), [
    "type filter hook prerouting priority mangle; policy accept;",
    `iifname "lo" ip6 saddr fd00:7::/64 fib saddr type != local ct direction original drop ${ours} answers 6"`,
  ]);
  assert.deepEqual(chainText(listing, "incoming"), [
    "type nat hook prerouting priority dstnat; policy accept;",
    'ip daddr 127.0.0.0/8 return comment "always loopback"',
    'fib daddr type local jump published comment "always published"',
  ]);
  assert.deepEqual(chainText(listing, "outgoing"), [
    "type nat hook postrouting priority srcnat; policy accept;",
    `ip saddr 10.7.0.0/24 ip daddr 10.7.0.0/24 ct status dnat masquerade ${ours} hairpin 4"`,
    `ip saddr 127.0.0.0/8 oifname "tsd0" ct status dnat masquerade ${ours} loopback 4"`,
    `ip saddr 10.7.0.0/24 oifname != "tsd0" masquerade ${ours} masquerade 4"`,
    `ip6 saddr fd00:7::/64 ip6 daddr fd00:7::/64 ct status dnat masquerade ${ours} hairpin 6"`,
    `ip6 saddr ::1 oifname "tsd0" ct status dnat masquerade ${ours} loopback 6"`,
    `ip6 saddr fd00:7::/64 oifname != "tsd0" masquerade ${ours} masquerade 6"`,
  ]);
  const tag = `comment "${CONTAINER}`;
  assert.deepEqual(chainText(listing, "published"), [
    `meta nfproto ipv4 tcp dport 8080 dnat ip to 10.7.0.2:80 ${tag} 0.0.0.0:8080/tcp"`,
    `meta nfproto ipv6 tcp dport 8080 dnat ip6 to [fd00:7::2]:80 ${tag} [::]:8080/tcp"`,
    `ip daddr 127.0.0.1 udp dport 53 dnat ip to 10.7.0.2:5353 ${tag} 127.0.0.1:53/udp"`,
    `ip6 daddr fd00::1 sctp dport 81 dnat ip6 to fd00:7::2 ${tag} [fd00::1]:81/sctp"`,
    `meta nfproto ipv4 tcp dport 9000-9100 dnat ip to 10.7.0.2 ${tag} 0.0.0.0:9000-9100/tcp"`,
    `meta nfproto ipv6 tcp dport 9000-9100 dnat ip6 to fd00:7::2 ${tag} [::]:9000-9100/tcp"`,
    `meta nfproto ipv4 tcp dport 7000-7002 dnat ip to 10.7.0.2:tcp dport map { 7000 : 7, 7001 : 8, 7002 : 9 } ${tag} 0.0.0.0:7000-7002/tcp"`,
  ]);
});

rootTest("rules are found by their owner, and removed alone", () => {
  using host = makeNetworkNamespace();
  using filter = openFilter(host);
  performBatch(filter, "create the table", createOwnTable(OWN_TABLE));
  performBatch(filter, "add rules", [
    ...network.map((rule) => addRule(OWN_TABLE, rule)),
    ...addRules(OWN_TABLE, published),
  ]);
  const rules = filter.list(listRules(OWN_TABLE)).map(readRule);
  const doomed = rules.filter(({ owner }) => owner?.owner === CONTAINER);
  assert.equal(doomed.length, 7);
  performBatch(
    filter,
    "remove rules",
    doomed.map((rule) => removeRule(OWN_TABLE, rule)),
  );
  const left = filter.list(listRules(OWN_TABLE)).map(readRule);
  const stillThere = rules.filter((rule) => !doomed.includes(rule));
  assert.deepEqual(left, stillThere);
  assert.deepEqual(left.find(({ chain }) => chain === "own")?.owner, {
    owner: NETWORK,
    part: "own",
  });
});

rootTest(
  "a batch is carried out whole or not at all, and says what failed",
  () => {
    using host = makeNetworkNamespace();
    using filter = openFilter(host);
    performBatch(filter, "create the table", createOwnTable(OWN_TABLE));
    assert.throws(
      () => performBatch(filter, "create the table", createOwnTable(OWN_TABLE)),
      (error) =>
        isNetlinkError(error, "EEXIST") &&
        /table "tsdocker"/.test(error.message),
    );
    const before = filter.list(listRules(OWN_TABLE)).map(readRule);
    const [good, bad] = network;
    assert.ok(good && bad);
    const requests = [
      addRule(OWN_TABLE, good),
      addRule(OWN_TABLE, { ...bad, chain: "nothing" }),
      addRule(OWN_TABLE, good),
    ];
    assert.throws(() => performBatch(filter, "add rules", requests), {
      message:
        'Cannot add the rule "into" to the packet filter: ENOENT (no such file or directory)',
    });
    assert.deepEqual(filter.list(listRules(OWN_TABLE)).map(readRule), before);
    performBatch(filter, "remove the table", [removeTable(OWN_TABLE)]);
    assert.deepEqual(filter.list(listRules(OWN_TABLE)), []);
  },
);

rootTest("a range of all ports is one rule, whatever they are sent to", () => {
  using host = makeNetworkNamespace();
  using filter = openFilter(host);
  performBatch(filter, "create the table", createOwnTable(OWN_TABLE));
  const rules = publicationRules({
    id: CONTAINER,
    addresses: [given(parseIpAddress("10.7.0.2"))],
    publications: ["2-60001:1-60000", "1-65535:1-65535/udp"].map(settled),
  });
  const requests = addRules(OWN_TABLE, rules);
  performBatch(filter, "add rules", requests);
  const found = filter.list(listRules(OWN_TABLE)).map(readRule)
    .filter(({ chain }) => chain === "published");
  assert.deepEqual(found.map(({ owner }) => owner?.part), [
    "0.0.0.0:2-60001/tcp",
    "0.0.0.0:1-65535/udp",
  ]);
});

rootTest("readChain() finds who drops what goes through", () => {
  using host = makeNetworkNamespace();
  using filter = openFilter(host);
  performBatch(filter, "create the table", createOwnTable(OWN_TABLE));
  const dropping = (): string[] =>
    filter.list(listChains()).map(readChain)
      .filter(({ isForward, dropsByDefault }) => isForward && dropsByDefault)
      .map(({ table, name }) => `${table} ${name}`);
  assert.deepEqual(dropping(), []);
  if (!hasNft()) return;
  const chain = "{ type filter hook forward priority 0; policy drop; }";
  runIn(host, "nft", "add", "table", "ip", "filter");
  runIn(host, "nft", "add", "chain", "ip", "filter", "FORWARD", chain);
  assert.deepEqual(dropping(), ["filter FORWARD"]);
});

rootTest("the tables of others stay as they are", () => {
  if (!hasNft()) return;
  using host = makeNetworkNamespace();
  using filter = openFilter(host);
  const chain = "{ type filter hook forward priority 0; policy drop; }";
  const rule = ["tcp", "dport", "22", "counter", "accept"];
  runIn(host, "nft", "add", "table", "ip", "filter");
  runIn(host, "nft", "add", "chain", "ip", "filter", "FORWARD", chain);
  runIn(host, "nft", "add", "rule", "ip", "filter", "FORWARD", ...rule);
  const before = runIn(host, "nft", "list", "ruleset");
  performBatch(filter, "create the table", createOwnTable(OWN_TABLE));
  performBatch(filter, "add rules", addRules(OWN_TABLE, published));
  const others = runIn(host, "nft", "list", "table", "ip", "filter");
  assert.equal(others, before);
  performBatch(filter, "remove the table", [removeTable(OWN_TABLE)]);
  assert.equal(runIn(host, "nft", "list", "ruleset"), before);
});
