/**
 * Networks that nobody has are removed, and events tell of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ConflictError } from "../../../../lib/base/errors.ts";
import {
  type ContainerId,
  createContainerId,
} from "../../../../lib/base/identifiers.ts";
import { PRUNE_ALL } from "../../../../lib/engine/containers/prune.ts";
import { readEvents } from "../../../../lib/engine/event_log.ts";
import { listNetworks } from "../../../../lib/engine/networks/find_network.ts";
import { recordNetworkUse } from "../../../../lib/engine/networks/network_event.ts";
import { writeNetworkState } from "../../../../lib/engine/networks/network_state.ts";
import {
  type NetworkPruneOptions,
  pruneNetworks,
} from "../../../../lib/engine/networks/prune_networks.ts";
import { removeNetwork } from "../../../../lib/engine/networks/remove_network.ts";
import { AddressLeases } from "../../../../lib/network/address_leases.ts";
import {
  type NetworkRecord,
  publishNetwork,
} from "../../../../lib/network/network_store.ts";
import { parseSubnet } from "../../../../lib/network/subnet.ts";
import { NetworkRecords } from "../../../support/network_records.ts";

class Place extends NetworkRecords {
  /** Networks that the kernel was to forget. */
  readonly removed: string[] = [];

  create(name: string, ...labels: string[]): NetworkRecord {
    return this.network(name, { labels });
  }

  /** A container that is connected to networks, as its configuration says. */
  connected(...networks: readonly NetworkRecord[]): ContainerId {
    return this.container({
      network: "connected",
      networks: networks.map(({ id: network, name: networkName }) => ({
        network,
        networkName,
        aliases: [],
      })),
    });
  }

  prune(options: Partial<NetworkPruneOptions> = {}): readonly string[] {
    const { ids } = pruneNetworks(this, {
      filter: PRUNE_ALL,
      mode: "remove",
      removeFromKernel: ({ name }) => void this.removed.push(name),
      ...options,
    });
    return ids;
  }

  names(): string[] {
    return listNetworks(this.paths, assert.fail).map(({ name }) => name);
  }
}

Deno.test("pruneNetworks() removes what no container has", () => {
  using place = new Place();
  const [blue] = [place.create("blue"), place.create("red")];
  place.connected(blue);
  assert.deepEqual(place.prune(), ["red"]);
  assert.deepEqual(place.names(), ["blue"]);
  assert.deepEqual(place.removed, ["red"]);
  assert.deepEqual(place.prune(), []);
});

Deno.test("pruneNetworks() keeps what a container runs in", () => {
  using place = new Place();
  const blue = place.create("blue");
  const id = place.connected();
  const endpoint = {
    network: blue.id,
    networkName: "blue",
    slot: 0,
    addresses: [],
    gateways: [],
    macAddress: "02:42:ac:11:00:02",
    names: [],
  };
  writeNetworkState(place.paths, id, {
    endpoints: [endpoint],
    ports: [],
  });
  assert.deepEqual(place.prune(), []);
});

Deno.test("pruneNetworks() keeps what is there by itself", () => {
  using place = new Place();
  const record = place.create("blue");
  const id = "b".repeat(64);
  assert.ok(publishNetwork(place.paths, { ...record, id, name: "bridge" }));
  assert.deepEqual(place.prune(), ["blue"]);
  assert.deepEqual(place.names(), ["bridge"]);
});

Deno.test("pruneNetworks() filters by label and age", () => {
  using place = new Place();
  place.create("blue", "a=b");
  place.create("red");
  const old = { ...PRUNE_ALL, untilMs: Date.now() - 60_000 };
  assert.deepEqual(place.prune({ filter: old }), []);
  const labelled = { ...PRUNE_ALL, labels: ["a=b"] };
  assert.deepEqual(place.prune({ filter: labelled }), ["blue"]);
  const others = { ...PRUNE_ALL, withoutLabels: ["a"] };
  assert.deepEqual(place.prune({ filter: others }), ["red"]);
});

Deno.test("pruneNetworks() only tells, if it is asked to", () => {
  using place = new Place();
  const blue = place.create("blue");
  const id = place.connected(blue);
  const mode = "dry-run";
  assert.deepEqual(place.prune({ mode }), []);
  assert.deepEqual(place.prune({ mode, without: [id] }), ["blue"]);
  assert.deepEqual(place.names(), ["blue"]);
});

Deno.test("pruneNetworks() goes on if one cannot be removed", () => {
  using place = new Place();
  for (const name of ["blue", "green", "red"]) place.create(name);
  const [blue] = listNetworks(place.paths, assert.fail);
  assert.ok(blue);
  const subnet = parseSubnet(blue.subnets[0]?.subnet ?? "");
  assert.ok(subnet);
  // Somebody is starting a container in it.
  const leases = new AddressLeases(`${place.paths.addresses}/${blue.id}`);
  leases.claim({ subnet, reserved: [] }, "container");
  const removeFromKernel = ({ name }: NetworkRecord): void => {
    if (name === "green") throw new Error("the kernel does not want to");
  };
  assert.deepEqual(place.prune({ removeFromKernel }), ["red"]);
  assert.deepEqual(place.warnings, [
    "Cannot remove network green: the kernel does not want to",
  ]);
  assert.deepEqual(place.names(), ["blue", "green"]);
});

Deno.test("removeNetwork() refuses those that are there by themselves", () => {
  using place = new Place();
  for (const name of ["bridge", "host", "none"]) {
    assert.throws(
      () => removeNetwork(place.paths, name, assert.fail),
      (error) =>
        error instanceof ConflictError &&
        error.message ===
          `${name} is a pre-defined network and cannot be removed`,
    );
  }
});

Deno.test("events tell what becomes of networks", () => {
  using place = new Place();
  const blue = place.create("blue");
  const id = createContainerId();
  const used = { container: id, action: "connect" } as const;
  recordNetworkUse(place.paths, blue, used);
  recordNetworkUse(place.paths, blue, { ...used, action: "disconnect" });
  place.prune();
  const about = { name: "blue", type: "bridge" };
  const told = [...readEvents(place.paths)].map((event) => {
    assert.equal(event.type, "network");
    return [event.action, event.id, event.attributes];
  });
  assert.deepEqual(told, [
    ["create", blue.id, about],
    ["connect", blue.id, { container: id, ...about }],
    ["disconnect", blue.id, { container: id, ...about }],
    ["destroy", blue.id, about],
    ["prune", "", { reclaimed: "0" }],
  ]);
});
