/**
 * Requests byte by byte, as rtnetlink(7) has them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Fd } from "../../../../ffi/fd.ts";
import { addressFromBytes } from "../../../../lib/network/ip_address.ts";
import {
  addAddress,
  readAddress,
} from "../../../../lib/network/link/address_requests.ts";
import { readLink } from "../../../../lib/network/link/link.ts";
import {
  changeLink,
  createBridge,
  createMacvlan,
  createVethPair,
  listLinks,
  removeLink,
} from "../../../../lib/network/link/link_requests.ts";
import {
  addDefaultRoute,
  addRoute,
  readRoute,
} from "../../../../lib/network/link/route_requests.ts";
import type { NetlinkRequest } from "../../../../lib/network/netlink/message.ts";
import { parseSubnet } from "../../../../lib/network/subnet.ts";

const RTM_NEWLINK = 16;
const CREATE_EXCL = 0x600;
const GATEWAY = addressFromBytes(new Uint8Array([10, 7, 0, 1]));

function assertRequest(
  { type, flags, body }: NetlinkRequest,
  expected: { type: number; flags: number; body: readonly string[] },
): void {
  assert.deepEqual(
    { type, flags, body: body.toHex() },
    { ...expected, body: expected.body.join("") },
  );
}

const NO_LINK = "00000000" + "00000000" + "00000000" + "00000000";

Deno.test("createBridge() asks for a bridge that forwards at once", () => {
  assertRequest(createBridge("br0", { mtu: 1400 }), {
    type: RTM_NEWLINK,
    flags: CREATE_EXCL,
    body: [
      NO_LINK,
      "08000300" + "62723000", // IFLA_IFNAME
      "08000400" + "78050000", // IFLA_MTU
      "1c001280", // IFLA_LINKINFO
      "0b000100" + "6272696467650000", // IFLA_INFO_KIND
      "0c000280" + "08000100" + "00000000", // IFLA_INFO_DATA: forward delay
    ],
  });
});

Deno.test("createVethPair() has the far end born in its namespace", () => {
  const namespace = new Fd(77);
  const request = createVethPair({
    name: "v0",
    settings: { master: 5 },
    peer: { name: "eth0", namespace },
  });
  namespace.release();
  assertRequest(request, {
    type: RTM_NEWLINK,
    flags: CREATE_EXCL,
    body: [
      NO_LINK,
      "07000300" + "76300000",
      "08000a00" + "05000000", // IFLA_MASTER
      "3c001280",
      "09000100" + "7665746800000000",
      "2c000280" + "28000100", // VETH_INFO_PEER
      NO_LINK,
      "09000300" + "6574683000000000",
      "08001c00" + "4d000000", // IFLA_NET_NS_FD
    ],
  });
});

Deno.test("createMacvlan() names its parent and mode", () => {
  const { body, what } = createMacvlan({ name: "m", parent: 2 }, "private");
  assert.equal(what, 'create the macvlan device "m"');
  assert.equal(
    body.toHex(),
    [
      NO_LINK,
      "06000300" + "6d000000",
      "08000500" + "02000000", // IFLA_LINK
      "1c001280",
      "0c000100" + "6d6163766c616e00",
      "0c000280" + "08000100" + "01000000",
    ].join(""),
  );
});

Deno.test("changeLink() changes only what it is asked to", () => {
  const at = "00000000" + "03000000";
  const cases: readonly [Parameters<typeof changeLink>[1], string][] = [
    [{ state: "up" }, `${at}0100000001000000`],
    [{ state: "down" }, `${at}0000000001000000`],
    [{ name: "b" }, `${at}0000000000000000` + "0600030062000000"],
    [{ alias: "note" }, `${at}0000000000000000` + "080014006e6f7465"],
    [
      { linkLocal: "none" },
      `${at}0000000000000000` + "10001a80" + "0c000a80" + "0500080001000000",
    ],
    [
      { hairpin: "on", isolation: "off" },
      `${at}0000000000000000` + "24001280" + "0b000400" + "6272696467650000" +
      "14000580" + "0500040001000000" + "0500210000000000",
    ],
  ];
  for (const [change, expected] of cases) {
    assertRequest(changeLink(3, change), {
      type: RTM_NEWLINK,
      flags: 0,
      body: [expected],
    });
  }
});

Deno.test("removeLink() and listLinks() ask by name and for all", () => {
  const body = [NO_LINK, "07000300" + "76300000"];
  assertRequest(removeLink("v0"), { type: 17, flags: 0, body });
  assertRequest(listLinks(), { type: 18, flags: 0, body: [NO_LINK] });
});

Deno.test("addAddress() has a broadcast for IPv4, and no wait for IPv6", () => {
  const v4 = { address: GATEWAY, prefix: 24 };
  assertRequest(addAddress(3, v4), {
    type: 20,
    flags: CREATE_EXCL,
    body: [
      "02180000" + "03000000",
      "08000200" + "0a070001", // IFA_LOCAL
      "08000100" + "0a070001", // IFA_ADDRESS
      "08000400" + "0a0700ff", // IFA_BROADCAST
    ],
  });
  const point = addAddress(3, { ...v4, prefix: 32 });
  assert.equal(point.body.length, 24);
  const value = (0xfdn << 120n) + 1n;
  const v6 = addAddress(3, { address: { version: 6, value }, prefix: 64 });
  assert.equal(v6.what, "give device 3 the address fd00::1/64");
  const bytes = "fd000000000000000000000000000001";
  assert.equal(
    v6.body.toHex(),
    "0a400200" + "03000000" + `14000200${bytes}` + `14000100${bytes}`,
  );
  assert.deepEqual(readAddress(v6), {
    index: 3,
    address: { version: 6, value },
    prefix: 64,
  });
});

Deno.test("addRoute() leads over a gateway, to a wire or to ourselves", () => {
  assertRequest(addDefaultRoute(GATEWAY, 2), {
    type: 24,
    flags: CREATE_EXCL,
    body: [
      "02000000" + "fe040001" + "00000000",
      "08000500" + "0a070001", // RTA_GATEWAY
      "08000400" + "02000000", // RTA_OIF
    ],
  });
  const destination = parseSubnet("10.8.0.0/16");
  assert.ok(destination);
  const wire = addRoute({ destination, device: 2 });
  assert.equal(
    wire.body.toHex(),
    "02100000" + "fe04fd01" + "00000000" + "08000100" + "0a080000" +
      "08000400" + "02000000",
  );
  const own = addRoute({ destination, device: 2, kind: "local" });
  assert.equal(own.body.subarray(4, 8).toHex(), "ff04fe02");
});

Deno.test("readRoute() reads what addRoute() writes", () => {
  const destination = parseSubnet("10.8.0.0/16");
  assert.ok(destination);
  const route = {
    destination,
    gateway: GATEWAY,
    device: 2,
    metric: 9,
    kind: "unicast",
  } as const;
  assert.deepEqual(readRoute(addRoute(route)), route);
  const other = addRoute(route).body.slice();
  other[0] = 129;
  assert.equal(readRoute({ body: other }), undefined);
});

Deno.test("readLink() reads a device with little to say", () => {
  const link = readLink(createBridge("br0"));
  assert.deepEqual(link, {
    index: 0,
    name: "br0",
    isUp: false,
    kind: "bridge",
    mtu: 0,
    macAddress: new Uint8Array(),
    traffic: { receivedBytes: 0n, sentBytes: 0n },
  });
});
