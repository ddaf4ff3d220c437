/**
 * Ports of inspected containers.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import {
  inspectPortBindings,
  inspectPorts,
  type PortMap,
} from "../../../../lib/engine/inspection/ports.ts";
import { portMappings } from "../../../../lib/engine/networks/port_mappings.ts";
import { DUAL, networkState } from "../../../support/container_networks.ts";
import { containerConfig } from "../../../support/run_options.ts";

type Ports = Readonly<Record<string, readonly (readonly string[])[] | null>>;

/** As JSON has it, with the values of each binding. */
function json(ports: PortMap): Ports {
  return JSON.parse(JSON.stringify(
    Object.fromEntries(ports),
    (_, value) =>
      value !== null && "HostIp" in Object(value)
        ? [value.HostIp, value.HostPort]
        : value,
  ));
}

Deno.test("inspectPorts() tells of each port on its own", () => {
  const state = networkState(
    ["8080:80/tcp", "127.0.0.1:9000-9001:90-91/udp"],
    [DUAL],
  );
  const mappings = portMappings({ exposedPorts: ["443/tcp"] }, state);
  assert.deepEqual(json(inspectPorts(mappings)), {
    "80/tcp": [["0.0.0.0", "8080"], ["::", "8080"]],
    "90/udp": [["127.0.0.1", "9000"]],
    "91/udp": [["127.0.0.1", "9001"]],
    "443/tcp": null,
  });
});

const CASES: readonly (readonly [
  changes: Partial<ContainerConfig>,
  bindings: Ports,
])[] = [
  [{}, {}],
  [{ publish: ["8080:80/tcp"] }, { "80/tcp": [["", "8080"]] }],
  [{ publish: [":80/udp"] }, { "80/udp": [["", ""]] }],
  [{ publish: ["10.0.0.1::80/tcp"] }, { "80/tcp": [["10.0.0.1", ""]] }],
  [{ publish: ["[::1]:8080:80/tcp"] }, { "80/tcp": [["::1", "8080"]] }],
  [
    { publish: ["8080-8081:80-81/tcp"] },
    { "80/tcp": [["", "8080"]], "81/tcp": [["", "8081"]] },
  ],
  [{ publish: ["8080-8089:80/tcp"] }, { "80/tcp": [["", "8080-8089"]] }],
  [
    { publish: ["8080:80/tcp", "9090:80/tcp"] },
    { "80/tcp": [["", "8080"], ["", "9090"]] },
  ],
  // What -P has added is told by PublishAllPorts.
  [
    {
      publish: [":80/tcp", ":53/udp", "8443:443/tcp"],
      publishAll: true,
      exposedPorts: ["80/tcp", "443/tcp"],
    },
    { "53/udp": [["", ""]], "443/tcp": [["", "8443"]] },
  ],
  [
    { publish: [":80/tcp"], exposedPorts: ["80/tcp"] },
    { "80/tcp": [["", ""]] },
  ],
];

for (const [changes, bindings] of CASES) {
  Deno.test(`inspectPortBindings() of ${JSON.stringify(changes)}`, () => {
    const config = containerConfig(changes);
    assert.deepEqual(json(inspectPortBindings(config)), bindings);
  });
}
