/**
 * Bridges and the containers on them come, and go without a trace.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  attach,
  type Attachment,
  detach,
  portName,
  removeAbandonedPorts,
} from "../../../lib/network/attachment.ts";
import {
  ensureBridge,
  hasOwnBridge,
  removeAbandonedBridges,
  removeBridge,
} from "../../../lib/network/bridge_device.ts";
import { ensureOwnTable } from "../../../lib/network/ensure_own_table.ts";
import { readLink } from "../../../lib/network/link/link.ts";
import {
  changeLink,
  createBridge,
  createVethPair,
  listLinks,
} from "../../../lib/network/link/link_requests.ts";
import { parseIpAddress } from "../../../lib/network/ip_address.ts";
import { linkNamed } from "../../../lib/network/link/named_link.ts";
import { formatMacAddress } from "../../../lib/network/mac_address.ts";
import { NetlinkError } from "../../../lib/network/netlink/netlink_error.ts";
import { NetlinkSocket } from "../../../lib/network/netlink/netlink_socket.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import { networkRules } from "../../../lib/network/nftables/own_table.ts";
import {
  presentRules,
  removeRulesOf,
  settleRules,
} from "../../../lib/network/own_filter.ts";
import {
  OWN_TABLE,
  ownTableName,
} from "../../../lib/network/own_table_name.ts";
import {
  type InterfaceAddress,
  parseInterfaceAddress,
  parseSubnet,
} from "../../../lib/network/subnet.ts";
import {
  connectsFrom,
  listenIn,
  makeNetworkNamespace,
} from "../../support/network_namespace.ts";
import { openDescriptors } from "../../support/processes.ts";
import { rootTest } from "../../support/root.ts";

function given<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

const at = (text: string): InterfaceAddress =>
  given(parseInterfaceAddress(text));
const OWNER = { table: OWN_TABLE, network: "a".repeat(64) };
const BRIDGE = {
  name: "tsd0",
  owner: OWNER,
  addresses: [at("10.7.0.1/24"), at("fd00:7::1/64")],
};
const idOf = (index: number): string => `${index}`.padStart(64, "a");

/** How the container of a number is attached; its id begins with that. */
function attachmentTo(bridge: number, index: number): Attachment {
  return {
    container: `${index.toString(16).padStart(11, "0")}${idOf(index)}`,
    slot: 0,
    bridge,
    addresses: [at(`10.7.0.${index + 2}/24`)],
    gateways: [given(parseIpAddress("10.7.0.1"))],
  };
}

rootTest("a bridge is made once, whoever begins, and completed", () => {
  using host = makeNetworkNamespace();
  withinNetwork(host, () => {
    using links = NetlinkSocket.openRoute();
    const index = ensureBridge(links, BRIDGE);
    assert.equal(ensureBridge(links, BRIDGE), index);
    const bridge = given(linkNamed(links, "tsd0"));
    assert.ok(bridge.isUp);
    assert.equal(formatMacAddress(bridge.macAddress), "02:42:0a:07:00:01");
    removeBridge(links, "tsd0", OWNER);
    removeBridge(links, "tsd0", OWNER);
    assert.equal(linkNamed(links, "tsd0"), undefined);
  });
});

rootTest(
  "a bridge that was there stays, and no other device becomes one",
  () => {
    using host = makeNetworkNamespace();
    withinNetwork(host, () => {
      using links = NetlinkSocket.openRoute();
      links.perform(createBridge("tsd0"));
      const { index } = given(linkNamed(links, "tsd0"));
      links.perform(changeLink(index, { state: "up", mtu: 1400 }));
      assert.equal(ensureBridge(links, { ...BRIDGE, mtu: 1300 }), index);
      removeBridge(links, "tsd0", OWNER);
      assert.equal(given(linkNamed(links, "tsd0")).mtu, 1400);
      // What its maker was killed over has a name of ours.
      links.perform(createBridge("tsd-0123456789a"));
      removeBridge(links, "tsd-0123456789a", OWNER);
      assert.equal(linkNamed(links, "tsd-0123456789a"), undefined);
      links.perform(createVethPair({ name: "wire", peer: { name: "end" } }));
      assert.throws(
        () => ensureBridge(links, { ...BRIDGE, name: "wire" }),
        /Cannot make the bridge "wire": it is another device/,
      );
    });
  },
);

rootTest("removeAbandonedBridges() removes those of one root alone", () => {
  using host = makeNetworkNamespace();
  withinNetwork(host, () => {
    using links = NetlinkSocket.openRoute();
    const [gone, known] = ["a".repeat(64), "b".repeat(64)];
    const other = ownTableName("/elsewhere");
    for (
      const [name, table, network] of [
        ["tsd0", OWN_TABLE, gone],
        ["tsd1", OWN_TABLE, known],
        ["tsd2", other, gone],
      ] as const
    ) {
      ensureBridge(links, { name, owner: { table, network }, addresses: [] });
    }
    links.perform(createBridge("tsd3"));
    const isKnown = (network: string): boolean => network === known;
    const census = { table: OWN_TABLE, isKnown };
    assert.ok(hasOwnBridge(links, other));
    assert.deepEqual(removeAbandonedBridges(links, census), ["tsd0"]);
    assert.deepEqual(removeAbandonedBridges(links, census), []);
    assert.deepEqual(
      removeAbandonedBridges(links, { table: other, isKnown }),
      ["tsd2"],
    );
    assert.ok(hasOwnBridge(links, OWN_TABLE));
    assert.ok(!hasOwnBridge(links, other));
    assert.equal(linkNamed(links, "tsd1")?.alias, `${OWN_TABLE} ${known}`);
    assert.ok(linkNamed(links, "tsd3"));
  });
});

rootTest(
  "200 containers on one bridge reach each other, and leave nothing",
  () => {
    const descriptors = openDescriptors();
    {
      using host = makeNetworkNamespace();
      using stack = new DisposableStack();
      using links = withinNetwork(host, () => NetlinkSocket.openRoute());
      const bridge = withinNetwork(host, () => ensureBridge(links, BRIDGE));
      const containers = Array.from({ length: 200 }, (_, index) => {
        const namespace = stack.use(makeNetworkNamespace());
        attach(links, namespace, attachmentTo(bridge, index));
        return namespace;
      });
      using _server = listenIn(given(containers[199]), {
        hostname: "0.0.0.0",
        port: 80,
      });
      assert.ok(connectsFrom(given(containers[0]), "10.7.0.201", 80));
      const ports = (): number =>
        links.list(listLinks()).map(readLink)
          .filter(({ master }) => master === bridge).length;
      assert.equal(ports(), 200);
      const alive = attachmentTo(bridge, 7).container;
      const isAlive = (start: string): boolean => alive.startsWith(start);
      const others = { bridges: new Set([bridge + 1]), isAlive };
      assert.deepEqual(removeAbandonedPorts(links, others), []);
      const ours = { bridges: new Set([bridge]), isAlive };
      const gone = removeAbandonedPorts(links, ours);
      assert.equal(gone.length, 199);
      assert.equal(ports(), 1);
      detach(links, alive, 0);
      detach(links, alive, 0);
      assert.equal(ports(), 0);
    }
    assert.ok(openDescriptors() <= descriptors);
  },
);

rootTest(
  "attach() leaves nothing if it fails, and replaces what lingers",
  () => {
    using host = makeNetworkNamespace();
    using container = makeNetworkNamespace();
    using again = makeNetworkNamespace();
    using links = withinNetwork(host, () => NetlinkSocket.openRoute());
    const bridge = withinNetwork(host, () => ensureBridge(links, BRIDGE));
    const attachment = attachmentTo(bridge, 1);
    const name = portName(attachment.container, 0);
    const unreachable = [given(parseIpAddress("10.99.0.1"))];
    assert.throws(
      () => attach(links, container, { ...attachment, gateways: unreachable }),
      NetlinkError,
    );
    assert.equal(linkNamed(links, name), undefined);
    attach(links, container, attachment);
    const first = given(linkNamed(links, name)).index;
    attach(links, again, attachment);
    assert.notEqual(given(linkNamed(links, name)).index, first);
  },
);

rootTest(
  "settleRules() changes what is not as it should be, and that alone",
  () => {
    using host = makeNetworkNamespace();
    withinNetwork(host, () => {
      using filter = NetlinkSocket.openNetfilter();
      const table = { filter, name: OWN_TABLE };
      const other = { filter, name: ownTableName("/elsewhere") };
      ensureOwnTable(other);
      const untouched = presentRules(other);
      ensureOwnTable(table);
      ensureOwnTable(table);
      const subnets = [given(parseSubnet("10.7.0.0/24"))];
      const rulesOf = (id: string): ReturnType<typeof networkRules> =>
        networkRules({ id, bridge: id, subnets, access: "world" });
      settleRules(table, () => true, [...rulesOf("one"), ...rulesOf("two")]);
      const before = presentRules(table);
      settleRules(table, () => true, [...rulesOf("one"), ...rulesOf("two")]);
      assert.deepEqual(presentRules(table), before);
      removeRulesOf(table, (owner) => owner === "one");
      const left = before.filter(({ owner }) => owner?.owner !== "one");
      assert.deepEqual(presentRules(table), left);
      settleRules(table, (owner) => owner === "one", rulesOf("one"));
      assert.equal(presentRules(table).length, before.length);
      assert.deepEqual(presentRules(other), untouched);
    });
  },
);
