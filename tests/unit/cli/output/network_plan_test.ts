import assert from "node:assert/strict";
import { networkLines } from "../../../../lib/cli/output/network_plan.ts";

Deno.test("networkLines() tells what a container has of its networks", () => {
  const state = {
    endpoints: [{
      network: "a",
      networkName: "bridge",
      slot: 0,
      addresses: ["172.17.0.2/24", "fd00::2/64"],
      gateways: ["172.17.0.1"],
      macAddress: "02:42:ac:11:00:02",
      names: ["web"],
    }, {
      network: "b",
      networkName: "inner",
      slot: 1,
      addresses: ["172.18.0.2/24"],
      gateways: [],
      macAddress: "02:42:ac:12:00:02",
      names: ["web"],
    }],
    ports: ["127.0.0.1:8080:80/tcp"],
  };
  assert.deepEqual(networkLines({ state }), [
    'eth0: network "bridge", 172.17.0.2/24, fd00::2/64, 02:42:ac:11:00:02, way out 172.17.0.1',
    'eth1: network "inner", 172.18.0.2/24, 02:42:ac:12:00:02',
    "the host's port 127.0.0.1:8080:80/tcp leads here",
  ]);
});

Deno.test("networkLines() tells before a start what is asked for", () => {
  const networks = [
    { network: "a", networkName: "bridge", aliases: [] },
    { network: "b", networkName: "one", aliases: [], ip: "10.0.0.9" },
  ];
  const publish = [":80/tcp", "8080:80/udp"];
  assert.deepEqual(networkLines({ networks, publish }), [
    'eth0: network "bridge", addresses that are free',
    'eth1: network "one", 10.0.0.9',
    "the host's port (chosen):80/tcp leads here",
    "the host's port 8080:80/udp leads here",
  ]);
});
