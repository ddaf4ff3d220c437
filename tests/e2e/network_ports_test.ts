/**
 * From where a published port is reached, and whom the container sees: all
 * directions in one table, with and without a packet filter within bridges.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Fd } from "../../ffi/fd.ts";
import {
  INTRUDER,
  MACHINE,
  MACHINE_TO_INTRUDER,
  type NetworkPlace,
  networkTest,
  OUTSIDE,
} from "../support/network_place.ts";
import { hasBridgeFilter } from "../support/network_scene.ts";
import { PeerServer } from "../support/peer_server.ts";

/** Who sets out. */
type Who =
  | "outside"
  | "intruder"
  | "machine"
  | "web"
  | "neighbour"
  | "stranger";

/** What the container listens at. */
const PORT = 7000;
const WEB = { 4: "10.7.0.2", 6: "fd00:7::2" } as const;
const GATEWAY = { 4: "10.7.0.1", 6: "fd00:7::1" } as const;
const NEIGHBOUR = { 4: "10.7.0.3", 6: "fd00:7::3" } as const;

/** From whom, to where, and how the server sees who has come. */
const REACHED: readonly (readonly [Who, string, number, string])[] = [
  ["outside", MACHINE[4], 8080, OUTSIDE[4]],
  ["outside", MACHINE[6], 8080, OUTSIDE[6]],
  ["outside", MACHINE[4], 8081, OUTSIDE[4]],
  ["outside", MACHINE[6], 8082, OUTSIDE[6]],
  ["outside", MACHINE[4], 9005, OUTSIDE[4]],
  ["intruder", MACHINE_TO_INTRUDER[4], 8080, INTRUDER[4]],
  ["intruder", MACHINE_TO_INTRUDER[6], 8080, INTRUDER[6]],
  ["machine", MACHINE[4], 8080, MACHINE[4]],
  ["machine", MACHINE[6], 8080, MACHINE[6]],
  ["machine", GATEWAY[4], 8080, GATEWAY[4]],
  ["machine", GATEWAY[6], 8080, GATEWAY[6]],
  ["machine", "127.0.0.1", 8080, GATEWAY[4]],
  ["machine", "127.0.0.1", 8083, GATEWAY[4]],
  ["machine", "127.0.0.1", 9005, GATEWAY[4]],
  ["machine", "::1", 8080, GATEWAY[6]],
  ["web", MACHINE[4], 8080, GATEWAY[4]],
  ["web", MACHINE[6], 8080, GATEWAY[6]],
  ["neighbour", MACHINE[4], 8080, GATEWAY[4]],
  ["neighbour", MACHINE[6], 8080, GATEWAY[6]],
  ["neighbour", WEB[4], PORT, NEIGHBOUR[4]],
  ["neighbour", WEB[6], PORT, NEIGHBOUR[6]],
  ["stranger", MACHINE[4], 8080, GATEWAY[4]],
  ["stranger", MACHINE[6], 8080, GATEWAY[6]],
];

/** From whom, to where: nobody answers. */
const SEALED: readonly (readonly [Who, string, number])[] = [
  // Published on 127.0.0.1 alone.
  ["outside", MACHINE[4], 8083],
  ["outside", MACHINE[6], 8083],
  ["neighbour", MACHINE[4], 8083],
  ["stranger", MACHINE[4], 8083],
  // On one address of the machine, which is not this one.
  ["intruder", MACHINE_TO_INTRUDER[4], 8081],
  ["outside", MACHINE[4], 8082],
  // By a route to the container, past its published port.
  ["intruder", WEB[4], PORT],
  ["intruder", WEB[6], PORT],
  ["stranger", WEB[4], PORT],
  // Not published.
  ["outside", MACHINE[4], PORT],
];

const PUBLISHED = [
  `8080:${PORT}`,
  `${MACHINE[4]}:8081:${PORT}`,
  `[${MACHINE[6]}]:8082:${PORT}`,
  `127.0.0.1:8083:${PORT}`,
  // The port in its middle is the server's.
  `9000-9010:${PORT - 5}-${PORT + 5}`,
];

/** Containers on two networks, one of them with published ports. */
async function makeContainers(
  network: NetworkPlace,
): Promise<Readonly<Record<Who, Fd>>> {
  const subnets = (n: number): string[] => [
    ...["--subnet", `10.${n}.0.0/24`, "--subnet", `fd00:${n}::/64`],
  ];
  await network.print("network", "create", ...subnets(7), "one");
  await network.print("network", "create", ...subnets(8), "two");
  const flags = PUBLISHED.flatMap((ports) => [
    ...["-p", `${ports}/tcp`, "-p", `${ports}/udp`],
  ]);
  const web = await network.up("web", "--network", "one", ...flags);
  const neighbour = await network.up("neighbour", "--network", "one");
  const stranger = await network.up("stranger", "--network", "two");
  const { machine, outside, intruder } = network;
  return {
    ...{ machine, outside, intruder },
    web: web.namespace,
    neighbour: neighbour.namespace,
    stranger: stranger.namespace,
  };
}

for (const bridgeFilter of ["off", "on"] as const) {
  networkTest(
    `a published port is reached from everywhere, bridge filter ${bridgeFilter}`,
    async (network) => {
      if (bridgeFilter === "on" && !hasBridgeFilter()) return;
      const from = await makeContainers(network);
      {
        await using server = new PeerServer(from.web, PORT);
        for (const protocol of ["tcp", "udp"] as const) {
          const seen = await Promise.all(
            REACHED.map(async ([who, address, port]) => [
              ...[who, address, port],
              await server.ask(from[who], { protocol, address, port }),
            ]),
          );
          assert.deepEqual(seen, REACHED, protocol);
          const silent = await Promise.all(
            SEALED.map(async ([who, address, port]) => [
              ...[who, address, port],
              await server.ask(from[who], {
                ...{ protocol, address, port, expects: "silence" },
              }),
            ]),
          );
          assert.deepEqual(
            silent,
            SEALED.map((direction) => [...direction, undefined]),
            protocol,
          );
        }
      }
      await network.remove("web", "neighbour", "stranger");
    },
    { bridgeFilter },
  );
}
