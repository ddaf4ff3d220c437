/**
 * Firewalls of others are seen, and what is advised helps.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Fd } from "../../../ffi/fd.ts";
import {
  explainDrops,
  findForeignDrops,
} from "../../../lib/network/foreign_drops.ts";
import type { IpVersion } from "../../../lib/network/ip_address.ts";
import { readLegacyFilter } from "../../../lib/network/legacy_filter.ts";
import { NetlinkSocket } from "../../../lib/network/netlink/netlink_socket.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import {
  connectsFrom,
  listenIn,
  makeNetworkNamespace,
  runIn,
} from "../../support/network_namespace.ts";
import { NetworkScene, OUTSIDE } from "../../support/network_scene.ts";
import { rootTest } from "../../support/root.ts";

const BRIDGE = "tsd-0123456789a";

function find(host: Fd, versions: readonly IpVersion[] = [4, 6]): string[] {
  return withinNetwork(host, () => {
    using filter = NetlinkSocket.openNetfilter();
    return findForeignDrops(filter, { bridge: BRIDGE, versions })
      .map(({ keeper, chain }) => `${keeper}: ${chain}`);
  });
}

/** Whether this machine has a program. */
function has(program: string): boolean {
  const { success } = new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
  }).outputSync();
  return success;
}

/** A test with root, of what is made by programs that may be missing. */
function programTest(
  programs: readonly string[],
  claim: string,
  body: () => void,
): void {
  const missing = programs.filter((program) => !has(program));
  if (missing.length === 0) return rootTest(claim, body);
  const name = `${claim} (skipped: needs ${missing.join(", ")})`;
  Deno.test({ name, ignore: true, fn: body });
}

/** How firewalls are set up, and how they are seen. */
const FIREWALLS: readonly [string, readonly string[], readonly string[]][] = [
  ["none", ["iptables -P FORWARD ACCEPT"], []],
  ["iptables", ["iptables -P FORWARD DROP"], ["iptables: ip filter FORWARD"]],
  ["ip6tables", ["ip6tables -P FORWARD DROP"], [
    "iptables: ip6 filter FORWARD",
  ]],
  [
    "docker",
    [
      "iptables -N DOCKER-USER",
      "iptables -N ufw-user-forward",
      "iptables -P FORWARD DROP",
    ],
    ["docker: ip filter FORWARD"],
  ],
  [
    "ufw",
    ["ip6tables -N ufw6-user-forward", "ip6tables -P FORWARD DROP"],
    ["ufw: ip6 filter FORWARD"],
  ],
  [
    "iptables-legacy",
    ["iptables-legacy -P FORWARD DROP", "ip6tables-legacy -P FORWARD DROP"],
    [
      "iptables-legacy: ip filter FORWARD",
      "iptables-legacy: ip6 filter FORWARD",
    ],
  ],
  [
    "docker with iptables-legacy",
    ["iptables-legacy -N DOCKER-USER", "iptables-legacy -P FORWARD DROP"],
    ["docker: ip filter FORWARD"],
  ],
  [
    "nftables",
    [
      "nft add table inet mine",
      "nft add chain inet mine in { type filter hook input priority 0 ; policy drop ; }",
      "nft add chain inet mine through { type filter hook forward priority 0 ; policy drop ; }",
    ],
    ["nftables: inet mine through"],
  ],
  [
    "firewalld",
    [
      "nft add table inet firewalld",
      "nft add chain inet firewalld filter_FORWARD { type filter hook forward priority 10 ; }",
    ],
    ["firewalld: inet firewalld filter_FORWARD"],
  ],
];

for (const [name, commands, expected] of FIREWALLS) {
  const programs = commands.map((command) => command.split(" ")[0] ?? "");
  programTest(programs, `findForeignDrops() sees ${name}`, () => {
    using host = makeNetworkNamespace();
    assert.deepEqual(find(host), []);
    for (const command of commands) {
      const [program = "", ...args] = command.split(" ");
      runIn(host, program, ...args);
    }
    assert.deepEqual(find(host), expected);
    const only = expected.filter((line) => !line.includes(" ip6 "));
    assert.deepEqual(find(host, [4]), only);
  });
}

programTest(["iptables-legacy"], "readLegacyFilter() makes no filter", () => {
  using host = makeNetworkNamespace();
  assert.equal(withinNetwork(host, () => readLegacyFilter(4)), undefined);
  const names = runIn(host, "cat", "/proc/net/ip_tables_names");
  assert.equal(names, "");
});

/** Programs that make a firewall, and the commands they do it by. */
const MADE: readonly [string, readonly string[]][] = [
  ["iptables", ["iptables -P FORWARD DROP"]],
  ["iptables-legacy", ["iptables-legacy -P FORWARD DROP"]],
  ["iptables", [
    "iptables -N DOCKER-USER",
    "iptables -A FORWARD -j DOCKER-USER",
    "iptables -P FORWARD DROP",
  ]],
  ["nft", [
    "nft add table inet mine",
    "nft add chain inet mine through { type filter hook forward priority 0 ; policy drop ; }",
  ]],
];

for (const [program, commands] of MADE) {
  programTest(
    [program],
    `what is advised for "${commands.at(-1)}" helps`,
    () => {
      using scene = new NetworkScene();
      scene.addNetwork({ bridge: BRIDGE, addresses: ["10.7.0.1/24"] });
      const container = scene.addContainer("v0", BRIDGE, {
        addresses: ["10.7.0.2/24"],
        gateways: ["10.7.0.1"],
      });
      using _server = listenIn(scene.outside, {
        hostname: "0.0.0.0",
        port: 80,
      });
      const reaches = (seconds: string): boolean =>
        connectsFrom(container, OUTSIDE[4], 80, seconds);
      const run = (script: string): string =>
        runIn(scene.host, "sh", "-ec", script);
      assert.ok(reaches("2"));
      for (const command of commands) {
        const [name = "", ...args] = command.split(" ");
        runIn(scene.host, name, ...args);
      }
      assert.ok(!reaches("0.3"));
      const passage = { bridge: BRIDGE, versions: [4] } as const;
      const { filter } = scene.table;
      const drops = withinNetwork(
        scene.host,
        () => findForeignDrops(filter, passage),
      );
      const [sentence = "", ...others] = explainDrops(drops, passage);
      assert.deepEqual(others, []);
      run(sentence.split("to let it pass: ")[1] ?? "false");
      assert.ok(reaches("2"));
      assert.deepEqual(find(scene.host), []);
    },
  );
}

programTest(["iptables"], "a rule for all our bridges is known", () => {
  using host = makeNetworkNamespace();
  runIn(host, "iptables", "-P", "FORWARD", "DROP");
  runIn(
    host,
    "iptables",
    "-I",
    "FORWARD",
    "-i",
    "tsd-ffffffffff0",
    "-j",
    "ACCEPT",
  );
  assert.equal(find(host).length, 1);
  runIn(host, "iptables", "-I", "FORWARD", "-i", "tsd-+", "-j", "ACCEPT");
  assert.deepEqual(find(host), []);
});
