/**
 * Ports as `ps` and `port` write them.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  portsText,
  publishedPorts,
} from "../../../../lib/cli/output/port_text.ts";
import { portMappings } from "../../../../lib/engine/networks/port_mappings.ts";
import {
  DUAL,
  endpointState,
  networkState,
} from "../../../support/container_networks.ts";

const ONE = [endpointState()];

const CASES: readonly (readonly [
  exposed: readonly string[],
  state: ReturnType<typeof networkState> | undefined,
  text: string,
])[] = [
  [[], undefined, ""],
  [["80/tcp"], undefined, "80/tcp"],
  [["80-82/tcp", "80/udp"], undefined, "80-82/tcp, 80/udp"],
  [
    ["80/tcp"],
    networkState(["8080:80/tcp"], [DUAL]),
    "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp",
  ],
  [
    [],
    networkState(["8000-8010:8000-8010/tcp"], ONE),
    "0.0.0.0:8000-8010->8000-8010/tcp",
  ],
  [
    [],
    networkState(["8000-8010:80-90/udp"], ONE),
    "0.0.0.0:8000-8010->80-90/udp",
  ],
  [[], networkState(["127.0.0.1:80:80/tcp"], ONE), "127.0.0.1:80->80/tcp"],
  // What has the same number outside, or none, comes first.
  [
    ["9000/tcp"],
    networkState(["8080:80/tcp", "443:443/tcp"], ONE),
    "0.0.0.0:443->443/tcp, 9000/tcp, 0.0.0.0:8080->80/tcp",
  ],
];

for (const [exposedPorts, state, text] of CASES) {
  Deno.test(`portsText() writes "${text}"`, () => {
    assert.equal(portsText(portMappings({ exposedPorts }, state)), text);
  });
}

Deno.test("publishedPorts() has each on its own, and no others", () => {
  const state = networkState(["8080-8081:80-81/tcp", "53:53/udp"], [DUAL]);
  const mappings = portMappings({ exposedPorts: ["443/tcp"] }, state);
  assert.deepEqual(
    publishedPorts(mappings).map(({ inside, outside }) =>
      `${inside} ${outside}`
    ),
    [
      "53/udp 0.0.0.0:53",
      "53/udp [::]:53",
      "80/tcp 0.0.0.0:8080",
      "80/tcp [::]:8080",
      "81/tcp 0.0.0.0:8081",
      "81/tcp [::]:8081",
    ],
  );
});
