/**
 * Where the ports of containers are, from what configuration and state say.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import {
  exposedPorts,
  type PortMapping,
  portMappings,
} from "../../../../lib/engine/networks/port_mappings.ts";
import { formatPublication } from "../../../../lib/network/port_publication.ts";
import {
  DUAL,
  endpointState,
  networkState,
} from "../../../support/container_networks.ts";

/** As `-p` would have it, or just the container's. */
function text({ protocol, containerPorts, host }: PortMapping): string {
  return formatPublication({
    ...{ protocol, containerPorts },
    ...(host && { hostAddress: host.address, hostPorts: host.ports }),
  });
}

type Config = Pick<ContainerConfig, "exposedPorts" | "publish">;

const ONE = [endpointState()];
const INTERNAL = endpointState({ addresses: DUAL.addresses, gateways: [] });
const SIX = [endpointState({ addresses: ["fd00::2/64"] })];

const CASES: readonly (readonly [
  claim: string,
  config: Config,
  state: ReturnType<typeof networkState> | undefined,
  mappings: readonly string[],
])[] = [
  ["nothing", {}, networkState(), []],
  [
    "IPv4 only without an address of IPv6",
    { publish: ["8080:80/tcp"] },
    networkState(["8080:80/tcp"], ONE),
    ["0.0.0.0:8080:80/tcp"],
  ],
  [
    "both versions, IPv4 first",
    { publish: ["8080:80/tcp"] },
    networkState(["8080:80/tcp"], [DUAL]),
    ["0.0.0.0:8080:80/tcp", "[::]:8080:80/tcp"],
  ],
  [
    "IPv6 only without an address of IPv4",
    { publish: ["8080:80/tcp"] },
    networkState(["8080:80/tcp"], SIX),
    ["[::]:8080:80/tcp"],
  ],
  [
    "those of the network that is the way out only",
    { publish: ["8080:80/tcp"] },
    networkState(["8080:80/tcp"], [INTERNAL, ...ONE, ...SIX]),
    ["0.0.0.0:8080:80/tcp"],
  ],
  [
    "a port as not published without a way out",
    { publish: ["8080:80/tcp"] },
    networkState(["8080:80/tcp"], [INTERNAL]),
    [":80/tcp"],
  ],
  [
    "a port as not published where the host does not reach the way out",
    { publish: ["8080:80/tcp"] },
    networkState(["8080:80/tcp"], [endpointState({ driver: "macvlan" })]),
    [":80/tcp"],
  ],
  [
    "addresses of the host as they are",
    { publish: ["127.0.0.1:8080:80/tcp", "[::1]:8080:80/tcp"] },
    networkState(["[::1]:8080:80/tcp", "127.0.0.1:8080:80/tcp"], [DUAL]),
    ["127.0.0.1:8080:80/tcp", "[::1]:8080:80/tcp"],
  ],
  [
    "a port as not published where no address of the container fits",
    { publish: ["[::1]:8080:80/tcp"] },
    networkState(["[::1]:8080:80/tcp"], ONE),
    [":80/tcp"],
  ],
  [
    "the port that the host has chosen",
    { publish: [":80/udp"] },
    networkState(["32768:80/udp"], ONE),
    ["0.0.0.0:32768:80/udp"],
  ],
  [
    "a range as one",
    { publish: ["8000-8010:80-90/tcp"] },
    networkState(["8000-8010:80-90/tcp"], ONE),
    ["0.0.0.0:8000-8010:80-90/tcp"],
  ],
  [
    "neighbours as a range",
    { publish: ["81:81/tcp", "80:80/tcp"] },
    networkState(["81:81/tcp", "80:80/tcp"], ONE),
    ["0.0.0.0:80-81:80-81/tcp"],
  ],
  [
    "no range of what is at different distances, protocols or addresses",
    {},
    networkState([
      ...["80:80/tcp", "8081:81/tcp", "82:82/udp", "10.0.0.1:83:83/tcp"],
    ], ONE),
    [
      ...["0.0.0.0:80:80/tcp", "0.0.0.0:8081:81/tcp", "0.0.0.0:82:82/udp"],
      "10.0.0.1:83:83/tcp",
    ],
  ],
  [
    "a port that is published twice, twice",
    {},
    networkState(["9090:80/tcp", "8080:80/tcp"], ONE),
    ["0.0.0.0:8080:80/tcp", "0.0.0.0:9090:80/tcp"],
  ],
  [
    "what is exposed and not published",
    { exposedPorts: ["443/tcp", "80/tcp", "53/udp"] },
    networkState(["8443:443/tcp"], ONE),
    [":53/udp", ":80/tcp", "0.0.0.0:8443:443/tcp"],
  ],
  [
    "what is left of a range that is exposed",
    { exposedPorts: ["80-90/tcp"] },
    networkState(["8085:85/tcp"], ONE),
    [":80-84/tcp", "0.0.0.0:8085:85/tcp", ":86-90/tcp"],
  ],
  [
    "the other protocol of a port that is published",
    { exposedPorts: ["53/tcp", "53/udp"] },
    networkState(["53:53/udp"], ONE),
    [":53/tcp", "0.0.0.0:53:53/udp"],
  ],
  [
    "what is exposed where nothing is known of networks",
    { exposedPorts: ["80"], publish: ["8443:443/tcp"] },
    undefined,
    [":80/tcp", ":443/tcp"],
  ],
];

for (const [claim, config, state, mappings] of CASES) {
  Deno.test(`portMappings() has ${claim}`, () => {
    assert.deepEqual(portMappings(config, state).map(text), mappings);
  });
}

Deno.test("portMappings() counts no range's ports", () => {
  const all = "1-65535:1-65535/tcp";
  const state = networkState(Array.from({ length: 500 }, () => all), [DUAL]);
  const config = { exposedPorts: ["1-65535/tcp", "1-65535/udp"] };
  assert.deepEqual(portMappings(config, state).map(text), [
    `0.0.0.0:${all}`,
    `[::]:${all}`,
    ":1-65535/udp",
  ]);
});

Deno.test("exposedPorts() has what is published too, once", () => {
  const config = {
    exposedPorts: ["81/tcp", "80/tcp"],
    publish: [":80/tcp", "5353:53/udp"],
  };
  assert.deepEqual(exposedPorts(config).map(text), [":53/udp", ":80-81/tcp"]);
});
