/**
 * A network's subnet that the host is in already is noticed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { hostOverlap } from "../../../lib/engine/networks/host_overlap.ts";
import { NetlinkSocket } from "../../../lib/network/netlink/netlink_socket.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import type { NetworkRecord } from "../../../lib/network/network_store.ts";
import {
  makeNetworkNamespace,
  runIn,
} from "../../support/network_namespace.ts";
import { rootTest } from "../../support/root.ts";

type Overlapping = Pick<NetworkRecord, "name" | "driver" | "device">;

const NETWORK: Overlapping = {
  name: "blue",
  driver: "bridge",
  device: "tsd-1",
};

/** Driver and device, a subnet, and the device that has an address there. */
const CASES: readonly (readonly [Partial<Overlapping>, string, string?])[] = [
  [{}, "192.0.2.0/24", "wire0"],
  [{}, "192.0.2.128/25", "wire0"],
  [{}, "192.0.0.0/16", "wire0"],
  [{}, "2001:db8::/64", "wire0"],
  [{}, "192.0.3.0/24"],
  [{}, "2001:db8:0:1::/64"],
  [{ device: "wire0" }, "192.0.2.0/24"],
  [{ driver: "macvlan", device: "wire0" }, "192.0.2.0/24"],
];

rootTest("hostOverlap() names the device that has an address there", () => {
  using host = makeNetworkNamespace();
  runIn(host, "ip", "link", "add", "wire0", "type", "bridge");
  runIn(host, "ip", "addr", "add", "192.0.2.200/24", "dev", "wire0");
  runIn(host, "ip", "addr", "add", "2001:db8::5/64", "dev", "wire0");
  using links = withinNetwork(host, () => NetlinkSocket.openRoute());
  for (const [changes, subnet, device] of CASES) {
    const network = { ...NETWORK, ...changes };
    const subnets = [
      { subnet: "10.0.0.0/24", gateway: "10.0.0.1" },
      { subnet, gateway: subnet.replace(/\/.*/, "1") },
    ];
    const said = hostOverlap(links, { ...network, subnets });
    assert.equal(
      said,
      device === undefined
        ? undefined
        : `Device ${device} has an address in ${subnet}: when a container is on network blue, the host may not reach what is on the wire of ${device}`,
    );
  }
});
