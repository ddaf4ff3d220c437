/**
 * Which networks containers are in.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { NetworkConfig } from "../../../../lib/engine/networks/network_config.ts";
import {
  isInNetwork,
  networkNames,
} from "../../../../lib/engine/networks/network_names.ts";
import { PREDEFINED_IDS } from "../../../../lib/engine/networks/predefined_records.ts";
import {
  BLUE,
  CONTAINER,
  endpointConfig,
} from "../../../support/container_networks.ts";

const TWO: NetworkConfig = {
  network: "connected",
  networks: [
    endpointConfig({ network: BLUE, networkName: "blue" }),
    endpointConfig(),
  ],
};

Deno.test("networkNames() has the way out first", () => {
  const configs: readonly (readonly [NetworkConfig, readonly string[]])[] = [
    [TWO, ["blue", "bridge"]],
    [{ network: "connected" }, []],
    [{ network: "host" }, ["host"]],
    [{ network: "none" }, ["none"]],
    [{ network: `container:${CONTAINER}` }, []],
    [{ network: "ns:/run/netns/blue" }, []],
  ];
  for (const [config, names] of configs) {
    assert.deepEqual(networkNames(config), names);
  }
});

const CASES: readonly (readonly [NetworkConfig, string, boolean])[] = [
  [TWO, "blue", true],
  [TWO, "bridge", true],
  [TWO, "blu", false],
  [TWO, BLUE, true],
  [TWO, BLUE.slice(0, 12), true],
  [TWO, "", false],
  [TWO, "host", false],
  [{ network: "host" }, "host", true],
  [{ network: "host" }, PREDEFINED_IDS.host.slice(0, 12), true],
  [{ network: "none" }, PREDEFINED_IDS.host.slice(0, 12), false],
  [{ network: `container:${CONTAINER}` }, CONTAINER, false],
];

for (const [config, reference, expected] of CASES) {
  const { network, networks = [] } = config;
  const name = [network, ...networks.map((one) => one.networkName)].join(" ");
  Deno.test(`isInNetwork() of ${name} in "${reference}": ${expected}`, () => {
    assert.equal(isInNetwork(config, reference), expected);
  });
}
