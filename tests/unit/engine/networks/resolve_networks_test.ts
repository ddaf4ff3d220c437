/**
 * Names of networks and containers become ids, and the default network is made
 * when it is needed.
 *
 * @module
 */
import assert from "node:assert/strict";
import type {
  ConfigDraft,
  ConfigRequest,
} from "../../../../lib/engine/configure.ts";
import {
  ensureDefaultNetwork,
  foreseeDefaultNetwork,
} from "../../../../lib/engine/networks/default_network.ts";
import { listNetworks } from "../../../../lib/engine/networks/find_network.ts";
import { resolveNetworks } from "../../../../lib/engine/networks/resolve_networks.ts";
import { containerConfig } from "../../../support/run_options.ts";
import { NetworkRecords } from "../../../support/network_records.ts";

/** With an engine. */
class Place extends NetworkRecords {
  readonly told: string[] = [];
  readonly engine = {
    paths: this.paths,
    inform: (message: string): void => void this.told.push(message),
    warn: this.warn,
  };

  resolve(changes: Partial<ConfigRequest>): Promise<ConfigDraft> {
    return resolveNetworks(this.engine, { ...REQUEST, ...changes });
  }
}

const REQUEST: ConfigRequest = {
  ...containerConfig({ hostname: "own" }),
  name: undefined,
  networks: [],
};

Deno.test("resolveNetworks() finds networks by name, id and its start", async () => {
  using place = new Place();
  const [red, blue, green] = ["red", "blue", "green"].map((name) =>
    place.network(name)
  );
  assert.ok(red && blue && green);
  const { network, networks } = await place.resolve({
    network: "connected",
    networks: [
      { reference: "blue", aliases: ["db"], ip: "10.0.0.9" },
      { reference: red.id, aliases: [] },
      { reference: green.id.slice(0, 20), aliases: [] },
    ],
  });
  assert.equal(network, "connected");
  assert.deepEqual(networks, [
    {
      network: blue.id,
      networkName: "blue",
      aliases: ["db"],
      ip: "10.0.0.9",
    },
    { network: red.id, networkName: "red", aliases: [] },
    { network: green.id, networkName: "green", aliases: [] },
  ]);
  assert.deepEqual(place.told, []);
});

Deno.test("resolveNetworks() tells that there is no such network", async () => {
  using place = new Place();
  const networks = [{ reference: "nosuch", aliases: [] }];
  await assert.rejects(place.resolve({ network: "connected", networks }), {
    name: "NotFoundError",
    message: "network nosuch not found",
  });
});

Deno.test("resolveNetworks() tells which variable has named the network", async () => {
  using place = new Place();
  const networks = [{ reference: "nosuch", aliases: [] }];
  const from = { networkSource: "VARIABLE" };
  await assert.rejects(
    place.resolve({ network: "connected", networks, ...from }),
    {
      name: "NotFoundError",
      message: "VARIABLE: network nosuch not found",
      advice: "tsdocker network ls",
    },
  );
  await assert.rejects(place.resolve({ network: "container:x", ...from }), {
    name: "NotFoundError",
    message: "VARIABLE: No such container: x",
  });
  const draft = await place.resolve({ network: "none", ...from });
  assert.ok(!("networkSource" in draft));
});

Deno.test("resolveNetworks() refuses one network under two names", async () => {
  using place = new Place();
  const { id } = place.network("blue");
  const networks = ["blue", id].map((reference) => ({
    reference,
    aliases: [],
  }));
  await assert.rejects(place.resolve({ network: "connected", networks }), {
    name: "UsageError",
    message: 'network "blue" is specified multiple times',
  });
});

Deno.test("resolveNetworks() makes the default network once, and says so", async () => {
  using place = new Place();
  const networks = [{ reference: "bridge", aliases: [] }];
  const request = { network: "connected", networks } as const;
  const [first, second] = [
    await place.resolve(request),
    await place.resolve(request),
  ];
  const [made, ...others] = listNetworks(place.paths, () => {});
  assert.ok(made);
  assert.deepEqual(others, []);
  const { id, name, driver, access, subnets } = made;
  assert.deepEqual([name, driver, access], ["bridge", "bridge", "world"]);
  assert.deepEqual(first.networks, [
    { network: id, networkName: "bridge", aliases: [] },
  ]);
  assert.deepEqual(second.networks, first.networks);
  const [ipv4 = "", ipv6 = ""] = subnets.map(({ subnet }) => subnet);
  assert.match(ipv4, /^\d+\.\d+\.\d+\.0\/24$/);
  assert.match(ipv6, /^fd[0-9a-f:]+\/64$/);
  assert.deepEqual(place.told, [
    `Made the network "bridge": ${ipv4} and ${ipv6}`,
  ]);
});

Deno.test("ensureDefaultNetwork() makes one network for all who ask at once", async () => {
  using place = new Place();
  const asked = Array.from(
    { length: 8 },
    () => ensureDefaultNetwork(place.engine),
  );
  const ids = new Set((await Promise.all(asked)).map(({ id }) => id));
  assert.equal(ids.size, 1);
  assert.equal(place.told.length, 1);
});

Deno.test("foreseeDefaultNetwork() makes nothing", async () => {
  using place = new Place();
  const { id, name } = await foreseeDefaultNetwork(place.engine);
  assert.deepEqual([id, name], ["0".repeat(64), "bridge"]);
  assert.deepEqual(listNetworks(place.paths, () => {}), []);
  const made = await ensureDefaultNetwork(place.engine);
  assert.equal((await foreseeDefaultNetwork(place.engine)).id, made.id);
});

Deno.test("resolveNetworks() shares network and host name of a container", async () => {
  using place = new Place();
  const id = place.container({ name: "web", hostname: "shop" });
  for (const reference of ["web", id, id.slice(0, 12)]) {
    const draft = await place.resolve({ network: `container:${reference}` });
    assert.equal(draft.network, `container:${id}`);
    assert.equal(draft.networkOwner, "web");
    assert.equal(draft.hostname, "shop");
    assert.ok(!("networks" in draft));
  }
  const { hostname } = await place.resolve({
    network: "container:web",
    uts: "host",
    hostname: "machine",
  });
  assert.equal(hostname, "machine");
});

Deno.test("resolveNetworks() wants another container that is there", async () => {
  using place = new Place();
  place.container({ name: "web" });
  await assert.rejects(place.resolve({ network: "container:nosuch" }), {
    name: "NotFoundError",
    message: "No such container: nosuch",
  });
  // As with --replace, where the other one is to be removed.
  const replaced = { network: "container:web", name: "web" } as const;
  await assert.rejects(place.resolve(replaced), {
    name: "UsageError",
    message: "container cannot join own network namespace",
  });
});

Deno.test("resolveNetworks() discards ports that nobody can publish", async () => {
  using place = new Place();
  const publish = ["80:80/tcp"];
  for (const network of ["host", "none", "ns:/run/netns/a"] as const) {
    const draft = await place.resolve({ network, publish, publishAll: true });
    assert.equal(draft.network, network);
    assert.ok(!("publish" in draft), network);
    assert.ok(draft.publishAll);
    await place.resolve({ network });
  }
  assert.deepEqual(place.warnings, [
    "Published ports are discarded when using host network mode",
    "Published ports are discarded when using none network mode",
    "Published ports are discarded when using ns network mode",
  ]);
  place.network("blue");
  const networks = [{ reference: "blue", aliases: [] }];
  const kept = await place.resolve({ network: "connected", networks, publish });
  assert.deepEqual(kept.publish, publish);
});

const LEADING: readonly (readonly [readonly string[], string?])[] = [
  [["blue"]],
  [["sealed"], "network sealed is internal"],
  [["sealed", "blue"]],
  [["wire"], "network wire is of driver macvlan"],
  [["wire", "blue"], "network wire is of driver macvlan"],
  [["blue", "wire"]],
];

for (const [names, why] of LEADING) {
  Deno.test(`resolveNetworks() tells whether ports lead to one on ${names.join(" and ")}`, async () => {
    using place = new Place();
    place.network("blue");
    place.network("sealed", { access: "internal" });
    place.network("wire", { driver: "macvlan", options: ["parent=eth0"] });
    const networks = names.map((reference) => ({ reference, aliases: [] }));
    const publish = ["80:80/tcp"];
    await place.resolve({ network: "connected", networks });
    assert.deepEqual(place.warnings, []);
    const draft = await place.resolve({
      ...{ network: "connected", networks, publish },
    });
    assert.deepEqual(draft.publish, publish);
    assert.deepEqual(
      place.warnings,
      why === undefined ? [] : [`Published ports lead nowhere: ${why}`],
    );
  });
}
