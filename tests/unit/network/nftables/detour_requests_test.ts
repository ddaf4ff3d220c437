/** @module */
import assert from "node:assert/strict";
import { parseIpAddress } from "../../../../lib/network/ip_address.ts";
import type { NetlinkRequest } from "../../../../lib/network/netlink/message.ts";
import {
  createDetour,
  listDetours,
  removeDetour,
} from "../../../../lib/network/nftables/detour_requests.ts";
import { readChain } from "../../../../lib/network/nftables/read_table.ts";

const NETDEV = 5;
const CREATE = 0x400;

function heads(requests: readonly NetlinkRequest[]): (number | undefined)[][] {
  return requests.map(({ type, body }) => [type & 0xff, body[0]]);
}

Deno.test("createDetour() makes a chain of one device, a rule a publication", () => {
  const address = parseIpAddress("fd00:7::1");
  assert.ok(address);
  const ports = { first: 80, last: 81 };
  const requests = createDetour("t", {
    ...{ device: "tv0", address },
    publications: [
      { protocol: "tcp", hostPorts: ports, containerPorts: ports },
    ],
  });
  // Table, chain, rule; all of them about the family of devices.
  assert.deepEqual(heads(requests), [[0, NETDEV], [3, NETDEV], [6, NETDEV]]);
  const [table, chain, rule] = requests;
  assert.ok(table && chain && rule);
  assert.equal(table.flags, CREATE, "another container may have made it");
  assert.deepEqual(readChain(chain), {
    family: NETDEV,
    table: "t",
    name: "tv0",
    isForward: false,
    dropsByDefault: false,
  });
  assert.match(chain.body.toHex(), /08000300747630000/, "NFTA_HOOK_DEV");
  const text = rule.body.toHex();
  const steps = [
    "06000100" + "86dd", // Of IPv6,
    "fd000007000000000000000000000001", // to the bridge,
    "06000100" + "0050", // from port 80
    "06000100" + "0051", // to 81:
    "0a000100" + "000000000000", // a hardware address of zeros
    "05000100" + "00", // PACKET_HOST
    "08000100" + "01000000", // lo
    "66776400", // fwd
  ];
  let at = 0;
  for (const step of steps) {
    at = text.indexOf(step, at);
    assert.ok(at >= 0, step);
  }
});

Deno.test("removeDetour() empties the chain before", () => {
  assert.deepEqual(heads(removeDetour("t", "tv0")), [[8, NETDEV], [5, NETDEV]]);
  assert.equal(listDetours().body[0], NETDEV);
});
