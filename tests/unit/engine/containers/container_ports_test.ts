/**
 * The ports of containers, from their records.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import { containerPorts } from "../../../../lib/engine/containers/container_ports.ts";
import type { ContainerStatus } from "../../../../lib/engine/containers/list.ts";
import { portsText } from "../../../../lib/cli/output/port_text.ts";
import {
  connectedConfig,
  networkState,
} from "../../../support/container_networks.ts";
import { RunningContainers } from "../../../support/running_containers.ts";

const UP: ContainerStatus = { state: "running", pid: 1, startedMs: 0 };

const CASES: readonly (readonly [
  claim: string,
  changes: Partial<ContainerConfig>,
  status: ContainerStatus,
  text: string,
])[] = [
  ["published ones", {}, UP, "0.0.0.0:8080->80/tcp"],
  ["them while paused", {}, { ...UP, state: "paused" }, "0.0.0.0:8080->80/tcp"],
  ["none unless it runs", {}, { state: "created" }, ""],
  ["none of the host", { network: "host" }, UP, ""],
  ["none without networks", { network: "none" }, UP, ""],
  ["none of another's", { network: "ns:/run/netns/a" }, UP, ""],
  [
    "exposed ones without reading what is published, as nothing is",
    { publish: [], exposedPorts: ["443/tcp"] },
    UP,
    "443/tcp",
  ],
];

for (const [claim, changes, status, text] of CASES) {
  Deno.test(`containerPorts() has ${claim}`, () => {
    using containers = new RunningContainers();
    const { paths } = containers;
    const id = containers.add("web", networkState(["8080:80/tcp"]));
    const publish = ["8080:80/tcp"];
    const config = connectedConfig({ publish, ...changes, id });
    assert.equal(portsText(containerPorts(paths, { config, status })), text);
  });
}
