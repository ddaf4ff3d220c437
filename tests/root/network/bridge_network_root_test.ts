/**
 * Whole networks: records, addresses, bridges and rules together.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Fd } from "../../../ffi/fd.ts";
import { ConflictError } from "../../../lib/base/errors.ts";
import { AddressLeases } from "../../../lib/network/address_leases.ts";
import { attach, detach } from "../../../lib/network/attachment.ts";
import {
  type EndpointOptions,
  formatAddresses,
  type KernelNetwork,
  reserveEndpoint,
} from "../../../lib/network/bridge_network.ts";
import { ensureNetwork } from "../../../lib/network/ensure_network.ts";
import {
  type IpVersion,
  parseIpAddress,
} from "../../../lib/network/ip_address.ts";
import { readLink } from "../../../lib/network/link/link.ts";
import { listLinks } from "../../../lib/network/link/link_requests.ts";
import { linkNamed } from "../../../lib/network/link/named_link.ts";
import { formatMacAddress } from "../../../lib/network/mac_address.ts";
import { NetlinkSocket } from "../../../lib/network/netlink/netlink_socket.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import type { NetworkRecord } from "../../../lib/network/network_store.ts";
import { presentRules } from "../../../lib/network/own_filter.ts";
import { OWN_TABLE } from "../../../lib/network/own_table_name.ts";
import {
  connectsFrom,
  listenIn,
  makeNetworkNamespace,
} from "../../support/network_namespace.ts";
import { rootTest } from "../../support/root.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const BOTH: ReadonlySet<IpVersion> = new Set<IpVersion>([4, 6]);

const NETWORK: NetworkRecord = {
  id: "f".repeat(64),
  name: "one",
  driver: "bridge",
  createdMs: 0,
  device: "tsd-fff",
  access: "world",
  subnets: [
    { subnet: "10.7.0.0/29", gateway: "10.7.0.1" },
    { subnet: "fd00:7::/64", gateway: "fd00:7::1" },
  ],
  labels: {},
  options: {},
};

const idOf = (index: number): string => `${index}`.repeat(64);

/** A machine of the test's own, and a place for leases. */
class Machine implements Disposable {
  readonly #stack = new DisposableStack();
  readonly host: Fd = this.#stack.use(makeNetworkNamespace());
  readonly kernel: KernelNetwork = withinNetwork(this.host, () => ({
    links: this.#stack.use(NetlinkSocket.openRoute()),
    table: {
      filter: this.#stack.use(NetlinkSocket.openNetfilter()),
      name: OWN_TABLE,
    },
  }));
  readonly leases = new AddressLeases(
    this.#stack.use(new TemporaryDirectory()).path,
  );

  ensure(): ReturnType<typeof ensureNetwork> {
    return withinNetwork(
      this.host,
      () => ensureNetwork(this.kernel, NETWORK, BOTH),
    );
  }

  connect(
    index: number,
    more: Partial<EndpointOptions> = {},
  ): { namespace: Fd; addresses: string[]; mac: string } {
    const { bridge } = this.ensure();
    const namespace = this.#stack.use(makeNetworkNamespace());
    const container = idOf(index);
    const endpoint = reserveEndpoint(NETWORK, this.leases, {
      container,
      ways: BOTH,
      ...more,
    });
    const attachment = { container, slot: 0, bridge, ...endpoint };
    attach(this.kernel.links, namespace, attachment);
    const mac = formatMacAddress(endpoint.macAddress);
    return { namespace, addresses: formatAddresses(endpoint), mac };
  }

  /** Names of devices, but for the loopback. */
  devices(): string[] {
    return this.kernel.links.list(listLinks()).map(readLink)
      .map(({ name }) => name).filter((name) => name !== "lo").sort();
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

rootTest("a network is there once, and containers on it meet", () => {
  using machine = new Machine();
  // A new namespace begins as the machine is.
  withinNetwork(machine.host, () => {
    Deno.writeTextFileSync("/proc/sys/net/ipv4/ip_forward", "0");
    Deno.writeTextFileSync("/proc/sys/net/ipv6/conf/all/forwarding", "0");
  });
  assert.deepEqual(machine.ensure().nowForwarding, [4, 6]);
  assert.deepEqual(machine.ensure().nowForwarding, []);
  assert.equal(presentRules(machine.kernel.table).length, 7 + 11);
  const one = machine.connect(1);
  const two = machine.connect(2);
  assert.deepEqual(one.addresses, ["10.7.0.2", "fd00:7::2"]);
  assert.deepEqual(two.addresses, ["10.7.0.3", "fd00:7::3"]);
  assert.equal(one.mac, "02:42:0a:07:00:02");
  using _server = listenIn(one.namespace, { hostname: "::", port: 80 });
  assert.ok(connectsFrom(two.namespace, "10.7.0.2", 80));
  assert.ok(connectsFrom(two.namespace, "fd00:7::2", 80));
  for (const index of [1, 2]) {
    detach(machine.kernel.links, idOf(index), 0);
    detach(machine.kernel.links, idOf(index), 0);
    machine.leases.release(idOf(index));
  }
  assert.deepEqual(machine.leases.list(), []);
  assert.deepEqual(machine.devices(), ["tsd-fff"]);
});

rootTest("a network is as its driver's options say", () => {
  using machine = new Machine();
  const bridge = "com.docker.network.bridge";
  const network = {
    ...NETWORK,
    device: "br-test",
    options: {
      [`${bridge}.name`]: "br-test",
      [`${bridge}.enable_icc`]: "false",
      [`${bridge}.enable_ip_masquerade`]: "false",
      "com.docker.network.driver.mtu": "1400",
    },
  };
  const { kernel } = machine;
  withinNetwork(machine.host, () => ensureNetwork(kernel, network, BOTH));
  const found = linkNamed(kernel.links, "br-test");
  assert.equal(found?.mtu, 1400);
  assert.equal(found?.alias, `${OWN_TABLE} ${NETWORK.id}`);
  const parts = presentRules(kernel.table)
    .flatMap(({ owner }) => owner?.owner === NETWORK.id ? owner.part : []);
  assert.ok(parts.includes("isolated"));
  assert.ok(!parts.some((part) => part.startsWith("masquerade")));
});

rootTest("a container gets the addresses it asks for, or none at all", () => {
  using machine = new Machine();
  const wanted = parseIpAddress("10.7.0.5");
  assert.ok(wanted);
  const one = machine.connect(1, {
    addresses: [wanted],
    macAddress: new Uint8Array([2, 0, 0, 0, 0, 9]),
  });
  assert.deepEqual(one.addresses, ["10.7.0.5", "fd00:7::2"]);
  assert.equal(one.mac, "02:00:00:00:00:09");
  const before = machine.devices();
  assert.throws(
    () => machine.connect(2, { addresses: [wanted] }),
    ConflictError,
  );
  assert.deepEqual(machine.devices(), before);
  assert.ok(machine.leases.list().every(({ owner }) => owner === idOf(1)));
});

rootTest("what is full refuses, and what was flushed comes back", () => {
  using machine = new Machine();
  for (let index = 1; index <= 5; index++) machine.connect(index);
  assert.throws(
    () => machine.connect(6),
    /No address of 10\.7\.0\.0\/29 is left/,
  );
  const { links } = machine.kernel;
  const bridge = linkNamed(links, "tsd-fff")?.index;
  const rules = presentRules(machine.kernel.table).length;
  const flush = new Deno.Command("sh", { args: ["-c", "command -v nft"] });
  if (!flush.outputSync().success) return;
  withinNetwork(
    machine.host,
    () => new Deno.Command("nft", { args: ["flush", "ruleset"] }).outputSync(),
  );
  assert.deepEqual(presentRules(machine.kernel.table), []);
  assert.equal(machine.ensure().bridge, bridge);
  assert.equal(presentRules(machine.kernel.table).length, rules);
});

rootTest("nobody at a bridge is believed to be a router", () => {
  using machine = new Machine();
  const parameters = ["accept_ra", "accept_redirects"];
  const listening = (namespace: Fd, device: string): string[] =>
    withinNetwork(
      namespace,
      () =>
        parameters.map((name) => `/proc/sys/net/ipv6/conf/${device}/${name}`)
          .filter((path) => Deno.readTextFileSync(path).trim() !== "0"),
    );
  // To pass packets on has devices to come listen even so.
  machine.ensure();
  const another = { ...NETWORK, id: "e".repeat(64), device: "tsd-eee" };
  withinNetwork(
    machine.host,
    () => ensureNetwork(machine.kernel, another, BOTH),
  );
  const { namespace } = machine.connect(1);
  assert.deepEqual(listening(machine.host, "tsd-fff"), []);
  assert.deepEqual(listening(machine.host, "tsd-eee"), []);
  assert.deepEqual(listening(namespace, "eth0"), []);
});

rootTest("a host that switches IPv6 off keeps its networks", () => {
  using machine = new Machine();
  machine.ensure();
  withinNetwork(machine.host, () => {
    for (const which of ["all", "default"]) {
      const path = `/proc/sys/net/ipv6/conf/${which}/disable_ipv6`;
      Deno.writeTextFileSync(path, "1");
    }
  });
  const web = machine.connect(1, { ways: new Set<IpVersion>([4]) });
  const another = { ...NETWORK, id: "e".repeat(64), device: "tsd-eee" };
  withinNetwork(
    machine.host,
    () => ensureNetwork(machine.kernel, another, BOTH),
  );
  const db = machine.connect(2, { ways: new Set<IpVersion>([4]) });
  using _server = listenIn(web.namespace, { hostname: "::", port: 80 });
  assert.ok(connectsFrom(db.namespace, "10.7.0.2", 80));
});
