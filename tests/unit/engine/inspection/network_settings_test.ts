/**
 * `NetworkSettings` of inspected containers.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import {
  inspectNetworkSettings,
  type RunningNetwork,
} from "../../../../lib/engine/inspection/network_settings.ts";
import { PREDEFINED_IDS } from "../../../../lib/engine/networks/predefined_records.ts";
import {
  BLUE,
  BRIDGE,
  connectedConfig,
  CONTAINER,
  DUAL,
  endpointConfig,
  endpointState,
  networkState,
} from "../../../support/container_networks.ts";

const NO_ADDRESSES = {
  EndpointID: "",
  Gateway: "",
  GlobalIPv6Address: "",
  GlobalIPv6PrefixLen: 0,
  IPAddress: "",
  IPPrefixLen: 0,
  IPv6Gateway: "",
  MacAddress: "",
};

/** All that is the same wherever a container is. */
const CONSTANT = {
  Bridge: "",
  HairpinMode: false,
  LinkLocalIPv6Address: "",
  LinkLocalIPv6PrefixLen: 0,
  SecondaryIPAddresses: null,
  SecondaryIPv6Addresses: null,
};

const UNASKED = { IPAMConfig: null, Links: null, Aliases: null };

/** As JSON has it. */
function json(
  config: ContainerConfig,
  running?: RunningNetwork,
): Record<string, unknown> {
  return JSON.parse(JSON.stringify(
    inspectNetworkSettings(config, running),
    (_, value) => value instanceof Map ? Object.fromEntries(value) : value,
  ));
}

Deno.test("inspectNetworkSettings() has docker's shape of one that runs", () => {
  const addresses = {
    EndpointID: `${CONTAINER.slice(0, 32)}${BRIDGE.slice(0, 32)}`,
    Gateway: "172.17.0.1",
    GlobalIPv6Address: "fd00::2",
    GlobalIPv6PrefixLen: 64,
    IPAddress: "172.17.0.2",
    IPPrefixLen: 24,
    IPv6Gateway: "fd00::1",
    MacAddress: "02:42:ac:11:00:02",
  };
  const state = networkState(["8080:80/tcp"], [DUAL]);
  assert.deepEqual(
    json(connectedConfig({ exposedPorts: ["443/tcp"] }), { pid: 42, state }),
    {
      ...CONSTANT,
      SandboxID: CONTAINER,
      SandboxKey: "/proc/42/ns/net",
      Ports: {
        "80/tcp": [
          { HostIp: "0.0.0.0", HostPort: "8080" },
          { HostIp: "::", HostPort: "8080" },
        ],
        "443/tcp": null,
      },
      ...addresses,
      Networks: {
        bridge: {
          ...UNASKED,
          DriverOpts: null,
          NetworkID: BRIDGE,
          ...addresses,
          DNSNames: ["test", CONTAINER.slice(0, 12)],
        },
      },
    },
  );
});

Deno.test("inspectNetworkSettings() has no address of one that does not run", () => {
  const config = connectedConfig({
    publish: ["8080:80/tcp"],
    networks: [
      endpointConfig({
        network: BLUE,
        networkName: "blue",
        aliases: ["db"],
        ip: "10.0.0.9",
        ip6: "fd00::9",
      }),
      endpointConfig(),
    ],
  });
  const rest = { DriverOpts: null, ...NO_ADDRESSES, DNSNames: null };
  assert.deepEqual(json(config), {
    ...CONSTANT,
    SandboxID: "",
    SandboxKey: "",
    Ports: {},
    ...NO_ADDRESSES,
    Networks: {
      blue: {
        IPAMConfig: { IPv4Address: "10.0.0.9", IPv6Address: "fd00::9" },
        Links: null,
        Aliases: ["db"],
        ...rest,
        NetworkID: BLUE,
      },
      bridge: { ...UNASKED, ...rest, NetworkID: BRIDGE },
    },
  });
});

Deno.test("inspectNetworkSettings() has the first network's addresses on top", () => {
  const blue = endpointState({
    network: BLUE,
    networkName: "blue",
    addresses: ["10.0.0.2/16"],
    gateways: [],
  });
  const { IPAddress, IPPrefixLen, Gateway, Networks } = inspectNetworkSettings(
    connectedConfig(),
    { pid: 42, state: networkState([], [blue, endpointState()]) },
  );
  assert.deepEqual([IPAddress, IPPrefixLen, Gateway], ["10.0.0.2", 16, ""]);
  assert.equal(Networks.get("blue")?.IPAddress, "10.0.0.2");
  assert.equal(Networks.get("bridge")?.IPAddress, "172.17.0.2");
});

Deno.test("inspectNetworkSettings() of host and none has their ids only", () => {
  for (const network of ["host", "none"] as const) {
    const { Networks, SandboxKey, SandboxID, IPAddress, Ports } =
      inspectNetworkSettings(
        connectedConfig({ network, exposedPorts: ["80/tcp"] }),
        { pid: 42, state: networkState(["80:80/tcp"]) },
      );
    assert.deepEqual([...Networks.keys()], [network]);
    assert.equal(Networks.get(network)?.NetworkID, PREDEFINED_IDS[network]);
    assert.equal(Networks.get(network)?.IPAddress, "");
    assert.deepEqual([SandboxKey, SandboxID], ["/proc/42/ns/net", CONTAINER]);
    assert.deepEqual([IPAddress, Ports.size], ["", 0]);
  }
});

Deno.test("inspectNetworkSettings() tells nothing of what is another's", () => {
  const of = (network: ContainerConfig["network"]): unknown[] => {
    const { SandboxKey, SandboxID, Networks } = inspectNetworkSettings(
      connectedConfig({ network }),
      { pid: 42 },
    );
    return [SandboxKey, SandboxID, Networks.size];
  };
  assert.deepEqual(of(`container:${CONTAINER}`), ["", "", 0]);
  assert.deepEqual(of("ns:/run/netns/a"), ["/run/netns/a", "", 0]);
});

Deno.test("inspectNetworkSettings() does without what a crash has left out", () => {
  const { Networks, Ports } = inspectNetworkSettings(
    connectedConfig({ publish: ["8080:80/tcp"] }),
    { pid: 42, state: undefined },
  );
  assert.equal(Networks.get("bridge")?.IPAddress, "");
  assert.equal(Ports.size, 0);
});
