/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type AddressPool,
  defaultGateway,
  isAssignable,
  nextFreeAddress,
} from "../../../lib/network/address_pool.ts";
import {
  chooseFreeSubnet,
  uniqueLocalSubnet,
} from "../../../lib/network/free_subnet.ts";
import {
  formatIpAddress,
  type IpAddress,
  parseIpAddress,
} from "../../../lib/network/ip_address.ts";
import {
  formatMacAddress,
  macAddressFor,
  parseMacAddress,
} from "../../../lib/network/mac_address.ts";
import {
  containsAddress,
  formatSubnet,
  lastAddress,
  overlaps,
  parseInterfaceAddress,
  parseSubnet,
  type Subnet,
  subnetSize,
} from "../../../lib/network/subnet.ts";

function subnet(text: string): Subnet {
  const parsed = parseSubnet(text);
  assert.ok(parsed, text);
  return parsed;
}

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  assert.ok(parsed, text);
  return parsed;
}

Deno.test("parseSubnet() drops the bits of the machine", () => {
  const cases = {
    "192.168.10.1/24": "192.168.10.0/24",
    "10.255.1.2/8": "10.0.0.0/8",
    "10.0.0.3/31": "10.0.0.2/31",
    "1.2.3.4/0": "0.0.0.0/0",
    "1.2.3.4/32": "1.2.3.4/32",
    "fd00::5/64": "fd00::/64",
    "::1/128": "::1/128",
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.equal(formatSubnet(subnet(text)), expected);
  }
  for (
    const text of [
      "10.0.0.0",
      "10.0.0.0/33",
      "/8",
      "::/129",
      "::/",
      "1.2.3.4/08",
    ]
  ) {
    assert.equal(parseSubnet(text), undefined, text);
  }
  assert.deepEqual(parseInterfaceAddress("10.0.0.3/24"), {
    address: address("10.0.0.3"),
    prefix: 24,
  });
});

Deno.test("overlaps() and containsAddress() compare ranges", () => {
  assert.ok(overlaps(subnet("10.0.0.0/8"), subnet("10.9.0.0/24")));
  assert.ok(overlaps(subnet("10.9.0.0/24"), subnet("10.0.0.0/8")));
  assert.ok(!overlaps(subnet("10.0.0.0/24"), subnet("10.0.1.0/24")));
  assert.ok(!overlaps(subnet("0.0.0.0/0"), subnet("::/0")));
  const small = subnet("10.0.0.0/24");
  assert.equal(subnetSize(small), 256n);
  assert.equal(formatIpAddress(lastAddress(small)), "10.0.0.255");
  assert.ok(containsAddress(small, address("10.0.0.255")));
  assert.ok(!containsAddress(small, address("10.0.1.0")));
});

/** Routes of a machine, and the subnet that is chosen. */
const CHOICES: readonly (readonly [string, readonly string[], string])[] = [
  ["nothing", [], "172.17.0.0/24"],
  ["a default route", ["0.0.0.0/0", "::/0"], "172.17.0.0/24"],
  ["docker", ["172.17.0.0/16"], "172.18.0.0/24"],
  ["one address in it", ["172.17.0.9/32"], "172.18.0.0/24"],
  [
    "the first of each",
    Array.from({ length: 15 }, (_, index) => `172.${17 + index}.0.0/24`),
    "172.17.1.0/24",
  ],
  ["a VPN of 172.16/12", ["172.16.0.0/12"], "192.168.0.0/24"],
  [
    "a home network too",
    ["172.16.0.0/12", "192.168.0.0/24", "192.168.1.0/24"],
    "192.168.2.0/24",
  ],
  [
    "a company",
    ["172.16.0.0/12", "192.168.0.0/16", "10.0.0.0/9"],
    "10.128.0.0/24",
  ],
];

for (const [what, routes, expected] of CHOICES) {
  Deno.test(`chooseFreeSubnet() beside ${what} is ${expected}`, () => {
    const chosen = chooseFreeSubnet(routes.map(subnet));
    assert.ok(chosen);
    assert.equal(formatSubnet(chosen), expected);
  });
}

Deno.test("chooseFreeSubnet() finds none where all is in use", () => {
  const all = ["172.16.0.0/12", "192.168.0.0/16", "10.0.0.0/8"].map(subnet);
  assert.equal(chooseFreeSubnet(all), undefined);
});

Deno.test("uniqueLocalSubnet() is made of what it is given", () => {
  const random = new Uint8Array([1, 2, 3, 4, 5, 6, 7]);
  assert.equal(
    formatSubnet(uniqueLocalSubnet(random)),
    "fd01:203:405:607::/64",
  );
  assert.throws(() => uniqueLocalSubnet(new Uint8Array(6)), RangeError);
});

function addresses(pool: AddressPool): string[] {
  const taken = new Set<bigint>();
  const found: string[] = [];
  for (;;) {
    const next = nextFreeAddress(pool, taken);
    if (next === undefined) return found;
    taken.add(next.value);
    found.push(formatIpAddress(next));
  }
}

Deno.test("nextFreeAddress() gives each address of a subnet once", () => {
  const small = subnet("10.0.0.0/29");
  const gateway = defaultGateway(small);
  assert.equal(formatIpAddress(gateway), "10.0.0.1");
  assert.deepEqual(
    addresses({ subnet: small, reserved: [gateway] }),
    ["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"],
  );
});

Deno.test("nextFreeAddress() keeps to the range, and to what may be given", () => {
  const pool = {
    subnet: subnet("10.0.0.0/24"),
    range: subnet("10.0.0.252/30"),
    reserved: [address("10.0.0.253")],
  };
  assert.deepEqual(addresses(pool), ["10.0.0.252", "10.0.0.254"]);
  assert.deepEqual(
    addresses({ subnet: subnet("10.0.0.0/31"), reserved: [] }),
    ["10.0.0.0", "10.0.0.1"],
  );
  assert.deepEqual(
    addresses({ subnet: subnet("fd00::/126"), reserved: [address("fd00::1")] }),
    ["fd00::2", "fd00::3"],
  );
});

Deno.test("isAssignable() refuses what no container can have", () => {
  const pool = {
    subnet: subnet("10.0.0.0/24"),
    reserved: [address("10.0.0.1")],
  };
  assert.ok(isAssignable(pool, address("10.0.0.2")));
  for (
    const text of ["10.0.0.0", "10.0.0.1", "10.0.0.255", "10.0.1.2", "::2"]
  ) {
    assert.ok(!isAssignable(pool, address(text)), text);
  }
});

Deno.test("macAddressFor() follows from the address", () => {
  const mac = macAddressFor(address("172.17.0.2"));
  assert.equal(formatMacAddress(mac), "02:42:ac:11:00:02");
  assert.equal(
    formatMacAddress(macAddressFor(address("fd00::5"))),
    "02:42:00:00:00:05",
  );
});

Deno.test("parseMacAddress() reads both spellings, and refuses groups", () => {
  for (const text of ["02:42:AC:11:00:02", "02-42-ac-11-00-02"]) {
    const mac = parseMacAddress(text);
    assert.ok(mac);
    assert.equal(formatMacAddress(mac), "02:42:ac:11:00:02");
  }
  for (
    const text of [
      "",
      "02:42:ac:11:00",
      "02:42-ac:11:00:02",
      "01:00:5e:00:00:01",
    ]
  ) {
    assert.equal(parseMacAddress(text), undefined, text);
  }
});
