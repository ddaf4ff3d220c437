/**
 * Containers on the wire of a device of the machine: they reach each other and
 * others on that wire.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Fd } from "../../../ffi/fd.ts";
import { HostError } from "../../../lib/base/errors.ts";
import { parseVlanOptions } from "../../../lib/network/driver_options.ts";
import {
  type IpAddress,
  parseIpAddress,
} from "../../../lib/network/ip_address.ts";
import { readLink } from "../../../lib/network/link/link.ts";
import {
  createIpvlan,
  createVethPair,
  listLinks,
} from "../../../lib/network/link/link_requests.ts";
import { formatMacAddress } from "../../../lib/network/mac_address.ts";
import { isNetlinkError } from "../../../lib/network/netlink/netlink_error.ts";
import { NetlinkSocket } from "../../../lib/network/netlink/netlink_socket.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import { parseInterfaceAddress } from "../../../lib/network/subnet.ts";
import {
  attachVlan,
  detachVlan,
} from "../../../lib/network/vlan_attachment.ts";
import {
  connectsFrom,
  listenIn,
  makeNetworkNamespace,
  runIn,
} from "../../support/network_namespace.ts";
import { HOST, NetworkScene, OUTSIDE } from "../../support/network_scene.ts";
import { linkOf } from "../../support/network_wire.ts";
import { rootTest } from "../../support/root.ts";

type Driver = "macvlan" | "ipvlan";

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  assert.ok(parsed);
  return parsed;
}

/** A container on the wire to the other machine. */
function put(
  scene: NetworkScene,
  namespace: Fd,
  { index, driver, options = {}, addresses, gateways = [] }: {
    index: number;
    driver: Driver;
    options?: Readonly<Record<string, string>>;
    addresses: readonly [string, ...string[]];
    gateways?: readonly string[];
  },
): string {
  const [first, ...rest] = addresses.map((text) => {
    const parsed = parseInterfaceAddress(text);
    assert.ok(parsed);
    return parsed;
  });
  assert.ok(first);
  return formatMacAddress(attachVlan(scene.links, namespace, {
    container: `${index}`.repeat(64),
    slot: 0,
    options: parseVlanOptions(driver, { parent: "wire", ...options }),
    addresses: [first, ...rest],
    gateways: gateways.map(address),
  }));
}

function names(links: NetlinkSocket): string[] {
  return links.list(listLinks()).map(readLink).map(({ name }) => name).sort();
}

/** Why ipvlan cannot be tested; most kernels have it. */
function missingIpvlan(): string | undefined {
  if (Deno.uid() !== 0) return undefined;
  using host = makeNetworkNamespace();
  using links = withinNetwork(host, () => NetlinkSocket.openRoute());
  links.perform(createVethPair({ name: "wire", peer: { name: "end" } }));
  try {
    const { index } = linkOf(links, "wire");
    links.perform(createIpvlan({ name: "trial", parent: index }));
    return undefined;
  } catch (error) {
    if (isNetlinkError(error, "EOPNOTSUPP")) return "ipvlan in the kernel";
    throw error;
  }
}

const NO_IPVLAN = missingIpvlan();

/** A test with root, of a driver that this kernel may lack. */
function driverTest(
  driver: Driver,
  claim: string,
  body: () => void,
): void {
  const missing = driver === "ipvlan" ? NO_IPVLAN : undefined;
  if (missing === undefined) return rootTest(claim, body);
  const name = `${claim} (skipped: needs ${missing})`;
  Deno.test({ name, ignore: true, fn: body });
}

for (const driver of ["macvlan", "ipvlan"] as const) {
  driverTest(
    driver,
    `containers of ${driver} meet, and others on the wire`,
    () => {
      using scene = new NetworkScene();
      using one = makeNetworkNamespace();
      using other = makeNetworkNamespace();
      put(scene, one, {
        index: 1,
        driver,
        addresses: ["192.0.2.11/24", "2001:db8::11/64"],
        gateways: [OUTSIDE[4], OUTSIDE[6]],
      });
      put(scene, other, {
        index: 2,
        driver,
        addresses: ["192.0.2.12/24", "2001:db8::12/64"],
      });
      assert.deepEqual(names(scene.links), ["lo", "wire"]);
      using _one = listenIn(one, { hostname: "::", port: 80 });
      using _outside = listenIn(scene.outside, { hostname: "::", port: 80 });
      const reached: readonly [Fd, string][] = [
        [other, "192.0.2.11"],
        [other, "2001:db8::11"],
        [scene.outside, "192.0.2.11"],
        [scene.outside, "2001:db8::11"],
        [one, OUTSIDE[4]],
        [one, OUTSIDE[6]],
      ];
      for (const [from, to] of reached) {
        assert.ok(connectsFrom(from, to, 80), to);
      }
      assert.match(
        runIn(one, "ip", "route"),
        /^default via 192\.0\.2\.2 dev eth0/,
      );
      assert.match(
        runIn(one, "ip", "-6", "route"),
        /^default via 2001:db8::2 dev eth0/m,
      );
      // As on an internal network.
      assert.doesNotMatch(runIn(other, "ip", "route"), /default/);
      detachVlan(one, 0);
      detachVlan(one, 0);
      assert.doesNotMatch(runIn(one, "ip", "link"), /eth0/);
    },
  );
}

for (const mode of ["l3", "l3s"]) {
  driverTest(
    "ipvlan",
    `containers of ipvlan are routed to in mode ${mode}`,
    () => {
      using scene = new NetworkScene();
      using one = makeNetworkNamespace();
      using other = makeNetworkNamespace();
      const options = { ipvlan_mode: mode };
      const common = {
        driver: "ipvlan",
        options,
        gateways: ["10.9.0.1"],
      } as const;
      put(scene, one, { ...common, index: 1, addresses: ["10.9.0.2/24"] });
      put(scene, other, { ...common, index: 2, addresses: ["10.8.0.2/24"] });
      assert.match(runIn(one, "ip", "route"), /^default dev eth0/);
      // In these modes nobody answers for their addresses: others need a route.
      const route = ["10.8.0.0/15", "via", HOST[4]];
      runIn(scene.outside, "ip", "route", "add", ...route);
      using _one = listenIn(one, { hostname: "0.0.0.0", port: 80 });
      assert.ok(connectsFrom(other, "10.9.0.2", 80));
      assert.ok(connectsFrom(scene.outside, "10.9.0.2", 80));
    },
  );
}

rootTest("private containers of macvlan meet others on the wire only", () => {
  using scene = new NetworkScene();
  using one = makeNetworkNamespace();
  using other = makeNetworkNamespace();
  const common = {
    driver: "macvlan",
    options: { macvlan_mode: "private" },
  } as const;
  put(scene, one, { ...common, index: 1, addresses: ["192.0.2.11/24"] });
  put(scene, other, { ...common, index: 2, addresses: ["192.0.2.12/24"] });
  using _one = listenIn(one, { hostname: "0.0.0.0", port: 80 });
  assert.ok(connectsFrom(scene.outside, "192.0.2.11", 80));
  assert.ok(!connectsFrom(other, "192.0.2.11", 80, "0.3"));
});

rootTest("attachVlan() gives addresses and sizes, or leaves nothing", () => {
  using scene = new NetworkScene();
  using one = makeNetworkNamespace();
  using inside = withinNetwork(one, () => NetlinkSocket.openRoute());
  const common = {
    index: 1,
    driver: "macvlan",
    addresses: ["192.0.2.11/24"],
  } as const;
  assert.throws(
    () => put(scene, one, { ...common, gateways: ["10.99.0.1"] }),
    (error) => isNetlinkError(error, "ENETUNREACH"),
  );
  assert.deepEqual(names(inside), ["lo"]);
  const options = { "com.docker.network.driver.mtu": "1280" };
  assert.equal(put(scene, one, { ...common, options }), "02:42:c0:00:02:0b");
  const { mtu, kind, isUp } = linkOf(inside, "eth0");
  assert.deepEqual([mtu, kind, isUp], [1280, "macvlan", true]);
});

rootTest("attachVlan() names the device that is missing", () => {
  using scene = new NetworkScene();
  using one = makeNetworkNamespace();
  const attach = (parent: string): void => {
    put(scene, one, {
      ...{ index: 1, driver: "macvlan", options: { parent } },
      addresses: ["192.0.2.11/24"],
    });
  };
  const message = (parent: string): string =>
    `Cannot make a macvlan device: this machine has no device "${parent}"`;
  assert.throws(
    () => attach("eth7"),
    (error) => error instanceof HostError && error.message === message("eth7"),
  );
  assert.throws(
    () => attach("wire.50"),
    (error) =>
      error instanceof HostError && error.message === message("wire.50") &&
      error.advice === "ip link add link wire name wire.50 type vlan id 50",
  );
});
