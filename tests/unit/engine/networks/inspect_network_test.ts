/**
 * Networks as inspected, with the containers that run in them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { NotFoundError } from "../../../../lib/base/errors.ts";
import type { ContainerId } from "../../../../lib/base/identifiers.ts";
import {
  describeNetwork,
  inspectNetwork,
} from "../../../../lib/engine/networks/inspect_network.ts";
import type { ListedNetwork } from "../../../../lib/engine/networks/predefined_records.ts";
import {
  BLUE,
  BRIDGE,
  CONTAINER,
  DUAL,
  endpointState,
  networkState,
} from "../../../support/container_networks.ts";
import { RunningContainers } from "../../../support/running_containers.ts";

const RECORD: ListedNetwork = {
  id: BRIDGE,
  name: "one",
  driver: "bridge",
  createdMs: 1000,
  device: "tsd-1",
  access: "internal",
  subnets: [
    { subnet: "10.0.0.0/24", range: "10.0.0.128/25", gateway: "10.0.0.1" },
    { subnet: "fd00::/64", gateway: "fd00::1" },
  ],
  labels: { a: "b" },
  options: { parent: "eth0" },
};

/** As JSON has it. */
function json(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(
    value,
    (_, item) => item instanceof Map ? Object.fromEntries(item) : item,
  ));
}

Deno.test("describeNetwork() has docker's shape", () => {
  const members = [{ container: CONTAINER, name: "web", endpoint: DUAL }];
  assert.deepEqual(json(describeNetwork(RECORD, members)), {
    Name: "one",
    Id: BRIDGE,
    Created: "1970-01-01T00:00:01.000Z",
    Scope: "local",
    Driver: "bridge",
    EnableIPv4: true,
    EnableIPv6: true,
    IPAM: {
      Driver: "default",
      Options: null,
      Config: [
        {
          Subnet: "10.0.0.0/24",
          IPRange: "10.0.0.128/25",
          Gateway: "10.0.0.1",
        },
        { Subnet: "fd00::/64", Gateway: "fd00::1" },
      ],
    },
    Internal: true,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: "" },
    ConfigOnly: false,
    Containers: {
      [CONTAINER]: {
        Name: "web",
        EndpointID: `${CONTAINER.slice(0, 32)}${BRIDGE.slice(0, 32)}`,
        MacAddress: "02:42:ac:11:00:02",
        IPv4Address: "172.17.0.2/24",
        IPv6Address: "fd00::2/64",
      },
    },
    Options: { parent: "eth0" },
    Labels: { a: "b" },
  });
});

Deno.test("describeNetwork() has what docker alone makes something of", () => {
  const auxiliary = { router: "10.0.0.2" };
  const subnet = { subnet: "10.0.0.0/24", gateway: "10.0.0.1", auxiliary };
  const { Attachable, IPAM } = json(
    describeNetwork({ ...RECORD, subnets: [subnet], attachable: true }, []),
  );
  assert.ok(Attachable);
  assert.deepEqual((IPAM as { Config: unknown }).Config, [
    {
      Subnet: "10.0.0.0/24",
      Gateway: "10.0.0.1",
      AuxiliaryAddresses: auxiliary,
    },
  ]);
});

Deno.test("describeNetwork() of one of IPv6 alone says so", () => {
  const subnets = [{ subnet: "fd00::/64", gateway: "fd00::1" }];
  const { EnableIPv4, EnableIPv6 } = describeNetwork(
    { ...RECORD, subnets },
    [],
  );
  assert.deepEqual([EnableIPv4, EnableIPv6], [false, true]);
});

Deno.test("describeNetwork() keeps apart what nobody has asked for", () => {
  const subnets = [
    { subnet: "10.0.0.0/24", gateway: "10.0.0.1" },
    { subnet: "fd00::/64", gateway: "fd00::1", implied: true },
  ] as const;
  const { IPAM, EnableIPv6 } = describeNetwork({ ...RECORD, subnets }, []);
  assert.ok(!EnableIPv6);
  assert.deepEqual(IPAM.Config, [
    { Subnet: "10.0.0.0/24", Gateway: "10.0.0.1" },
  ]);
  assert.deepEqual(IPAM.Implied, [
    { Subnet: "fd00::/64", Gateway: "fd00::1" },
  ]);
});

Deno.test("inspectNetwork() has host, none, and bridge before its first use", () => {
  using containers = new RunningContainers();
  for (
    const [name, driver] of [
      ["host", "host"],
      ["none", "null"],
      ["bridge", "bridge"],
    ] as const
  ) {
    const found = inspectNetwork(containers.paths, name);
    const { IPAM, Containers } = json(found);
    assert.equal(found.Driver, driver);
    assert.deepEqual(IPAM, { Driver: "default", Options: null, Config: null });
    assert.deepEqual(Containers, {});
  }
  assert.throws(
    () => inspectNetwork(containers.paths, "blue"),
    (error) =>
      error instanceof NotFoundError &&
      error.message === "network blue not found",
  );
});

Deno.test("inspectNetwork() has those that run in it, and no others", () => {
  using containers = new RunningContainers();
  const { paths } = containers;
  const blue = endpointState({ network: BLUE, networkName: "blue" });
  const bridge = endpointState({ network: inspectNetwork(paths, "bridge").Id });
  containers.add("both", networkState([], [blue, bridge]));
  containers.add("only", networkState([], [bridge]));
  containers.add("other", networkState([], [blue]));
  containers.add("unconnected");
  containers.end(containers.add("ended", networkState([], [bridge])));
  const { Containers } = inspectNetwork(paths, "bridge");
  assert.deepEqual(
    [...Containers.values()].map(({ Name }) => Name).toSorted(),
    ["both", "only"],
  );
  const ids = [...Containers.keys()] as ContainerId[];
  assert.ok(ids.every((id) => id.length === 64));
});
