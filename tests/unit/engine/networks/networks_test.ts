/**
 * @module
 */
import assert from "node:assert/strict";
import {
  IntegrityError,
  NotFoundError,
  UsageError,
} from "../../../../lib/base/errors.ts";
import {
  findNetwork,
  listNetworks,
} from "../../../../lib/engine/networks/find_network.ts";
import {
  type NetworkOptions,
  parseSubnets,
} from "../../../../lib/engine/networks/network_options.ts";
import { networkSubnets } from "../../../../lib/engine/networks/network_subnets.ts";
import { removeNetwork } from "../../../../lib/engine/networks/remove_network.ts";
import { AddressLeases } from "../../../../lib/network/address_leases.ts";
import { allowsIpv6 } from "../../../../lib/network/network_sysctl.ts";
import type { NetworkRecord } from "../../../../lib/network/network_store.ts";
import { subnetsOf } from "../../../../lib/network/bridge_network.ts";
import {
  formatIpAddress,
  parseIpAddress,
} from "../../../../lib/network/ip_address.ts";
import { parseSubnet, type Subnet } from "../../../../lib/network/subnet.ts";
import { NetworkRecords } from "../../../support/network_records.ts";

class Place extends NetworkRecords {
  create(
    name: string,
    more: Partial<NetworkOptions> = {},
    routes: readonly string[] = [],
  ): NetworkRecord {
    return this.network(name, more, routes.map(subnet));
  }
}

function subnet(text: string): Subnet {
  const parsed = parseSubnet(text);
  assert.ok(parsed);
  return parsed;
}

Deno.test("createNetwork() chooses what neither routes nor networks have", () => {
  using place = new Place();
  const one = place.create("one", {}, ["172.17.0.0/16", "0.0.0.0/0"]);
  assert.deepEqual(one.subnets, [
    { subnet: "172.18.0.0/24", gateway: "172.18.0.1" },
  ]);
  const two = place.create("two");
  assert.equal(two.subnets[0]?.subnet, "172.17.0.0/24");
  const three = place.create("three");
  assert.equal(three.subnets[0]?.subnet, "172.19.0.0/24");
  assert.match(one.device, /^tsd-[0-9a-f]{11}$/);
  assert.ok(one.id.startsWith(one.device.slice(4)));
});

const MTU = "com.docker.network.driver.mtu";
const BRIDGE_NAME = "com.docker.network.bridge.name";

Deno.test("createNetwork() names the bridge as asked, which no other may have", () => {
  using place = new Place();
  const options = [`${BRIDGE_NAME}=br-one`, "unknown=kept"];
  const one = place.create("one", { options });
  assert.equal(one.device, "br-one");
  assert.deepEqual(one.options, { [BRIDGE_NAME]: "br-one", unknown: "kept" });
  assert.throws(
    () => place.create("two", { options }),
    /networks have same bridge name: network one has br-one/,
  );
  const below = { driver: "macvlan", options: ["parent=eth0"] };
  assert.equal(place.create("three", below).device, "eth0");
  assert.equal(place.create("four", below).device, "eth0");
});

Deno.test("createNetwork() with both versions has a subnet of each", () => {
  using place = new Place();
  const { subnets } = place.create("dual", { ipv6: "asked" });
  assert.equal(subnets.length, 2);
  assert.match(subnets[1]?.subnet ?? "", /^fd.*::\/64$/);
  const given = { ipv6: "asked", subnets: ["fd00::/64"] } as const;
  assert.equal(place.create("six", given).subnets.length, 1);
});

Deno.test("createNetwork() implies a subnet of IPv6 on bridges, where there is IPv6", () => {
  using place = new Place();
  const [first, own] = place.create("one", { ipv6: "implied" }).subnets;
  assert.equal(first?.implied, undefined);
  assert.equal(own?.implied, allowsIpv6() ? true : undefined);
  const below = { driver: "macvlan", options: ["parent=eth0"] };
  const wire = place.create("two", { ...below, ipv6: "implied" });
  assert.equal(wire.subnets.length, 1);
  const given = { ipv6: "implied", subnets: ["fd00::/64"] } as const;
  assert.deepEqual(place.create("six", given).subnets, [
    { subnet: "fd00::/64", gateway: "fd00::1" },
  ]);
});

Deno.test("createNetwork() refuses names and subnets that others have", () => {
  using place = new Place();
  place.create("one", { subnets: ["10.0.0.0/16"] });
  const refused: readonly [
    string,
    Partial<NetworkOptions>,
    { readonly message: string; readonly advice: string },
  ][] = [
    ["one", {}, {
      message: "network with name one already exists",
      advice: "tsdocker network rm one, or choose another name",
    }],
    ["two", { subnets: ["10.0.5.0/24"] }, {
      message:
        "Pool overlaps with other one on this address space: 10.0.5.0/24 and 10.0.0.0/16",
      advice: "another subnet; network one has that",
    }],
  ];
  for (const [name, options, said] of refused) {
    assert.throws(
      () => place.create(name, options),
      { name: "ConflictError", ...said },
    );
  }
  assert.deepEqual(
    listNetworks(place.paths, assert.fail).map(({ name }) => name),
    [
      "one",
    ],
  );
});

Deno.test("createNetwork() refuses what is malformed", () => {
  using place = new Place();
  const refused: readonly [string, Partial<NetworkOptions>, RegExp][] = [
    ["../x", {}, /Invalid network name/],
    ["host", {}, /predefined host network/],
    ["n", { driver: "overlay" }, /could not find plugin overlay/],
    ["n", { driver: "macvlan" }, /needs a device below it/],
    ["n", { driver: "ipvlan", options: ["parent=e", "mode=x"] }, /l2, l3, l3s/],
    ["n", { options: [`${MTU}=x`] }, /68 to 65535 bytes/],
    ["n", { subnets: ["10.0.0.0"] }, /Invalid subnet/],
    ["n", { gateways: ["10.0.0.1"] }, /gateway 10.0.0.1 is in no --subnet/],
    ["n", { ranges: ["x"] }, /Invalid range/],
  ];
  for (const [name, options, message] of refused) {
    assert.throws(
      () => place.create(name, options),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  }
});

Deno.test("parseSubnets() finds gateway and range of each subnet", () => {
  const none = { gateways: [], ranges: [] };
  assert.deepEqual(parseSubnets({ subnets: ["192.168.10.9/24"], ...none }), [
    { subnet: "192.168.10.0/24", gateway: "192.168.10.9" },
  ]);
  assert.deepEqual(
    parseSubnets({
      subnets: ["10.0.0.0/24", "fd00::/64"],
      gateways: ["fd00::fe", "10.0.0.254"],
      ranges: ["10.0.0.128/25"],
    }),
    [
      { subnet: "10.0.0.0/24", gateway: "10.0.0.254", range: "10.0.0.128/25" },
      { subnet: "fd00::/64", gateway: "fd00::fe" },
    ],
  );
});

Deno.test("parseSubnets() finds the subnet of each auxiliary address", () => {
  const asked = {
    ...{ subnets: ["10.0.0.0/24", "fd00::/64"], gateways: [], ranges: [] },
  };
  const [first, second] = parseSubnets({
    ...asked,
    auxiliaries: ["router=10.0.0.2", "six=fd00:0::9", "nas=10.0.0.3"],
  });
  assert.deepEqual(first?.auxiliary, { router: "10.0.0.2", nas: "10.0.0.3" });
  assert.deepEqual(second?.auxiliary, { six: "fd00::9" });
  const refused: readonly (readonly [string, RegExp])[] = [
    ["router=10.0.1.2", /^no matching subnet for aux-address 10\.0\.1\.2$/],
    ["10.0.0.2", /^Invalid auxiliary address "10\.0\.0\.2"$/],
    ["=10.0.0.2", /^Invalid auxiliary address "=10\.0\.0\.2"$/],
    ["router=x", /^Invalid auxiliary address "router=x"$/],
  ];
  for (const [text, message] of refused) {
    assert.throws(
      () => parseSubnets({ ...asked, auxiliaries: [text] }),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  }
});

Deno.test("no container gets an auxiliary address", () => {
  using place = new Place();
  const one = place.create("one", {
    subnets: ["10.0.0.0/29"],
    auxiliaries: ["router=10.0.0.2", "nas=10.0.0.4"],
  });
  const leases = new AddressLeases(`${place.paths.addresses}/${one.id}`);
  const { pool } = subnetsOf(one)[0] ?? assert.fail("it has a subnet");
  const given = ["a", "b", "c"].map((owner) =>
    formatIpAddress(leases.claim(pool, owner))
  );
  assert.deepEqual(given, ["10.0.0.3", "10.0.0.5", "10.0.0.6"]);
  assert.throws(() => leases.claim(pool, "d"), /No address of/);
  const nas = parseIpAddress("10.0.0.4") ?? assert.fail("it is one");
  assert.throws(() => leases.claimAddress(pool, nas, "d"), /reserved$/);
});

Deno.test("findNetwork() takes names and the start of ids", () => {
  using place = new Place();
  const one = place.create("one");
  assert.deepEqual(findNetwork(place.paths, "one"), one);
  assert.deepEqual(findNetwork(place.paths, one.id.slice(0, 12)), one);
  for (const reference of ["on", "two", "../one", ""]) {
    assert.throws(
      () => findNetwork(place.paths, reference),
      (error) =>
        error instanceof NotFoundError &&
        error.message === `network ${reference} not found`,
    );
  }
});

Deno.test("listNetworks() tells of damaged records, and goes on", () => {
  using place = new Place();
  place.create("one");
  Deno.writeTextFileSync(`${place.paths.networks}/bad.json`, "{");
  const warnings: string[] = [];
  const found = listNetworks(place.paths, (message) => warnings.push(message));
  assert.deepEqual(found.map(({ name }) => name), ["one"]);
  assert.match(warnings.join(), /record of network "bad" is damaged/);
});

Deno.test("a damaged record is only in its own way", () => {
  for (const text of ["", "{", "null", "[]", "{}", '{"id":"1"}']) {
    using place = new Place();
    Deno.mkdirSync(place.paths.networks, { recursive: true });
    Deno.writeTextFileSync(`${place.paths.networks}/bad.json`, text);
    const { id } = place.create("one");
    assert.equal(findNetwork(place.paths, "one").id, id);
    assert.equal(networkSubnets(place.paths).length, 1);
    assert.throws(() => findNetwork(place.paths, "bad"), IntegrityError, text);
  }
});

Deno.test("removeNetwork() removes what nobody uses", () => {
  using place = new Place();
  const { id, subnets: [first] } = place.create("one");
  assert.ok(first);
  const leases = new AddressLeases(`${place.paths.addresses}/${id}`);
  leases.claim({ subnet: subnet(first.subnet), reserved: [] }, "container");
  const removed: string[] = [];
  const remove = (): void =>
    removeNetwork(place.paths, "one", ({ name }) => removed.push(name));
  assert.throws(
    remove,
    /network one has active endpoints \(name:"container" id:"container"\)$/,
  );
  leases.release("container");
  remove();
  assert.deepEqual(removed, ["one"]);
  assert.throws(remove, NotFoundError);
});
