/**
 * Devices, addresses and routes, in network namespaces of the test's own.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Fd } from "../../../ffi/fd.ts";
import {
  formatIpAddress,
  type IpAddress,
  parseIpAddress,
} from "../../../lib/network/ip_address.ts";
import {
  addAddress,
  listAddresses,
  readAddress,
  removeAddress,
} from "../../../lib/network/link/address_requests.ts";
import { type Link, readLink } from "../../../lib/network/link/link.ts";
import {
  changeLink,
  createBridge,
  createIpvlan,
  createMacvlan,
  createVethPair,
  findLink,
  listLinks,
  removeLink,
} from "../../../lib/network/link/link_requests.ts";
import {
  addDefaultRoute,
  addRoute,
  listRoutes,
  readRoute,
  removeRoute,
} from "../../../lib/network/link/route_requests.ts";
import { formatMacAddress } from "../../../lib/network/mac_address.ts";
import {
  isNetlinkError,
  NetlinkError,
} from "../../../lib/network/netlink/netlink_error.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import { NetlinkSocket } from "../../../lib/network/netlink/netlink_socket.ts";
import {
  formatSubnet,
  type InterfaceAddress,
  parseInterfaceAddress,
  parseSubnet,
} from "../../../lib/network/subnet.ts";
import {
  connectsFrom,
  listenIn,
  makeNetworkNamespace,
  runIn,
} from "../../support/network_namespace.ts";
import { openDescriptors } from "../../support/processes.ts";
import { rootTest } from "../../support/root.ts";

function routeSocket(namespace: Fd): NetlinkSocket {
  return withinNetwork(namespace, () => NetlinkSocket.openRoute());
}

function find(socket: NetlinkSocket, name: string): Link {
  return readLink(socket.get(findLink(name)));
}

function given<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

const address = (text: string): IpAddress => given(parseIpAddress(text));
const withPrefix = (text: string): InterfaceAddress =>
  given(parseInterfaceAddress(text));

function addressesOf(socket: NetlinkSocket, index: number): string[] {
  return socket.list(listAddresses()).map(readAddress)
    .filter((one) => one?.index === index)
    .map((one) => `${formatIpAddress(given(one).address)}/${one?.prefix}`);
}

rootTest("a pair of devices joins a bridge with a namespace", () => {
  const descriptors = openDescriptors();
  {
    using host = makeNetworkNamespace();
    using guest = makeNetworkNamespace();
    using near = routeSocket(host);
    using far = routeSocket(guest);
    near.perform(createBridge("tsd0"));
    const { index } = find(near, "tsd0");
    near.perform(changeLink(index, { alias: "network one" }));
    const bridge = find(near, "tsd0");
    assert.equal(bridge.kind, "bridge");
    assert.equal(bridge.alias, "network one");
    assert.ok(!bridge.isUp);
    near.perform(addAddress(bridge.index, withPrefix("10.7.0.1/24")));
    near.perform(addAddress(bridge.index, withPrefix("fd00:7::1/64")));
    near.perform(changeLink(bridge.index, { state: "up", mtu: 1400 }));
    assert.ok(find(near, "tsd0").isUp);
    assert.equal(find(near, "tsd0").mtu, 1400);

    const macAddress = new Uint8Array([2, 0x42, 10, 7, 0, 2]);
    near.perform(createVethPair({
      name: "tsv0",
      settings: { master: bridge.index },
      peer: { name: "eth0", namespace: guest, settings: { macAddress } },
    }));
    const port = find(near, "tsv0");
    assert.equal(port.master, bridge.index);
    near.perform(changeLink(port.index, { state: "up" }));
    assert.ok(find(near, "tsv0").isUp);
    const inside = find(far, "eth0");
    assert.equal(inside.kind, "veth");
    assert.equal(formatMacAddress(inside.macAddress), "02:42:0a:07:00:02");
    far.perform(addAddress(inside.index, withPrefix("10.7.0.2/24")));
    far.perform(addAddress(inside.index, withPrefix("fd00:7::2/64")));
    far.perform(changeLink(find(far, "lo").index, { state: "up" }));
    far.perform(changeLink(inside.index, { state: "up" }));
    far.perform(addDefaultRoute(address("10.7.0.1")));
    far.perform(addDefaultRoute(address("fd00:7::1"), inside.index));
    assert.match(runIn(guest, "ip", "route"), /^default via 10\.7\.0\.1 dev/m);
    assert.match(runIn(guest, "ip", "-6", "route"), /default via fd00:7::1/);
    assert.match(
      runIn(guest, "ip", "addr"),
      /10\.7\.0\.2\/24 brd 10\.7\.0\.255/,
    );
    assert.deepEqual(
      addressesOf(far, inside.index).filter((one) => !one.startsWith("fe80")),
      ["10.7.0.2/24", "fd00:7::2/64"],
    );
    for (const hostname of ["10.7.0.1", "fd00:7::1"]) {
      using server = listenIn(host, { hostname, port: 80 });
      assert.ok(connectsFrom(guest, hostname, 80));
      assert.ok(!connectsFrom(guest, hostname, 81));
      assert.equal(server.addr.port, 80);
    }
    const { traffic } = find(far, "eth0");
    assert.ok(traffic.receivedBytes > 0n && traffic.sentBytes > 0n);

    near.perform(removeLink("tsv0"));
    assert.throws(() => find(far, "eth0"), NetlinkError);
    near.perform(removeLink("tsd0"));
    const left = near.list(listLinks()).map(readLink).map(({ name }) => name);
    assert.ok(!left.some((name) => name.startsWith("ts")), left.join());
  }
  assert.ok(openDescriptors() <= descriptors);
});

rootTest(
  "changeLink() renames, and keeps the kernel's own addresses away",
  () => {
    using host = makeNetworkNamespace();
    using socket = routeSocket(host);
    socket.perform(createBridge("tsd0"));
    const { index } = find(socket, "tsd0");
    socket.perform(changeLink(index, { name: "tsd1", linkLocal: "none" }));
    socket.perform(changeLink(index, { state: "up" }));
    assert.equal(find(socket, "tsd1").index, index);
    socket.perform(addAddress(index, withPrefix("10.8.0.1/24")));
    socket.perform(removeAddress(index, withPrefix("10.8.0.1/24")));
    assert.deepEqual(addressesOf(socket, index), []);
  },
);

rootTest("addRoute() and removeRoute() are seen by listRoutes()", () => {
  using host = makeNetworkNamespace();
  using socket = routeSocket(host);
  socket.perform(createBridge("tsd0"));
  const { index: device } = find(socket, "tsd0");
  socket.perform(addAddress(device, withPrefix("10.9.0.1/24")));
  socket.perform(changeLink(device, { state: "up" }));
  const wanted = {
    destination: given(parseSubnet("10.10.0.0/16")),
    gateway: address("10.9.0.9"),
    metric: 7,
  };
  const routes = (): string[] =>
    socket.list(listRoutes()).map(readRoute)
      .filter((route) => route !== undefined && route.kind === "unicast")
      .map((route) => formatSubnet(given(route).destination));
  socket.perform(addRoute(wanted));
  assert.ok(routes().includes("10.10.0.0/16"));
  assert.ok(routes().includes("10.9.0.0/24"));
  const found = socket.list(listRoutes()).map(readRoute).find((route) =>
    route?.metric === 7 && route.destination.prefix === 16
  );
  assert.deepEqual(found, { ...wanted, kind: "unicast", device });
  socket.perform(removeRoute(wanted));
  assert.ok(!routes().includes("10.10.0.0/16"));
});

rootTest("devices on top of another are born in the other namespace", () => {
  using host = makeNetworkNamespace();
  using guest = makeNetworkNamespace();
  using near = routeSocket(host);
  using far = routeSocket(guest);
  near.perform(createVethPair({ name: "wire", peer: { name: "end" } }));
  const { index: parent } = find(near, "wire");
  const stacked = { parent, namespace: guest };
  near.perform(createMacvlan({ name: "mac0", ...stacked }));
  assert.equal(find(far, "mac0").kind, "macvlan");
  assert.match(runIn(guest, "ip", "-d", "link"), /macvlan mode bridge/);
  far.perform(removeLink("mac0"));
  try {
    near.perform(createIpvlan({ name: "ipv0", ...stacked }, "l3"));
  } catch (error) {
    // A module that not every kernel has.
    if (isNetlinkError(error, "EOPNOTSUPP")) return;
    throw error;
  }
  assert.equal(find(far, "ipv0").kind, "ipvlan");
  assert.match(runIn(guest, "ip", "-d", "link"), /ipvlan {1,2}mode l3/);
});

rootTest("a refusal says what was attempted, and the kernel's words", () => {
  using host = makeNetworkNamespace();
  using socket = routeSocket(host);
  socket.perform(createBridge("tsd0"));
  assert.throws(
    () => socket.perform(createBridge("tsd0")),
    (error) =>
      isNetlinkError(error, "EEXIST") &&
      error.message === 'Cannot create the bridge "tsd0": EEXIST (file exists)',
  );
  assert.throws(() => find(socket, "nothing"), {
    message: 'Cannot find the device "nothing": ENODEV (no such device)',
  });
  assert.throws(() => socket.perform(addDefaultRoute(address("10.99.0.1"))), {
    message:
      "Cannot add a route to 0.0.0.0/0 over 10.99.0.1: ENETUNREACH: Nexthop has invalid gateway",
  });
});

rootTest("listLinks() tells of hundreds of devices", () => {
  using host = makeNetworkNamespace();
  using socket = routeSocket(host);
  const names = Array.from({ length: 150 }, (_, index) => `pair${index}`);
  for (const name of names) {
    socket.perform(createVethPair({ name, peer: { name: `${name}b` } }));
  }
  const found = socket.list(listLinks()).map(readLink);
  const here = new Set(found.map(({ name }) => name));
  assert.deepEqual(names.filter((name) => !here.has(name)), []);
  assert.ok(found.length > 300);
});
