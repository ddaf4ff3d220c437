/** @module */
import assert from "node:assert/strict";
import { bindToHost } from "../../../../lib/engine/networks/host_binding.ts";
import {
  type NetworkRecord,
  publishNetwork,
} from "../../../../lib/network/network_store.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const BINDING = "com.docker.network.bridge.host_binding_ipv4";

/** Networks of which two have an address for published ports. */
const NETWORKS: readonly Pick<
  NetworkRecord,
  "name" | "driver" | "access" | "options"
>[] = [
  { name: "plain", driver: "bridge", access: "world", options: {} },
  {
    ...{ name: "inner", driver: "bridge", access: "internal" },
    options: { [BINDING]: "192.0.2.9" },
  },
  {
    ...{ name: "bound", driver: "bridge", access: "world" },
    options: { [BINDING]: "127.0.0.1" },
  },
];

Deno.test("bindToHost() binds to the address of the way out alone", () => {
  using directory = new TemporaryDirectory();
  const paths = { networks: `${directory.path}/networks` };
  for (const [index, network] of NETWORKS.entries()) {
    const record = { createdMs: 0, device: "b", subnets: [], labels: {} };
    publishNetwork(paths, { id: `${index}`, ...record, ...network });
  }
  const publish = ["8080:80/tcp", "[::1]:81:81/udp", ":82/tcp"];
  const bind = (...names: readonly string[]): readonly string[] => {
    const networks = names.map((networkName) => ({
      ...{ network: networkName, networkName },
      aliases: [],
    }));
    return bindToHost(paths, { networks }, publish);
  };
  const bound = [
    "127.0.0.1:8080:80/tcp",
    "[::1]:81:81/udp",
    "127.0.0.1::82/tcp",
  ];
  assert.deepEqual(bind("bound", "plain"), bound);
  assert.deepEqual(bind("inner", "bound"), bound);
  for (const names of [["plain", "bound"], ["inner"], ["gone"], []]) {
    assert.deepEqual(bind(...names), publish);
  }
});
