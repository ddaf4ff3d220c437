/**
 * Connecting and disconnecting, as far as the configuration is concerned.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ConflictError, NotFoundError } from "../../../../lib/base/errors.ts";
import type { ContainerId } from "../../../../lib/base/identifiers.ts";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import {
  findEndpoint,
  withEndpoint,
  withoutEndpoint,
} from "../../../../lib/engine/networks/endpoint_changes.ts";
import type { EndpointConfig } from "../../../../lib/engine/networks/network_config.ts";
import type { NetworkMode } from "../../../../lib/engine/networks/network_mode.ts";

function endpoint(networkName: string, digit: string): EndpointConfig {
  return { network: digit.repeat(64), networkName, aliases: [] };
}

const BLUE = endpoint("blue", "b");
const RED = endpoint("red", "e");

function container(
  network: NetworkMode,
  ...networks: readonly EndpointConfig[]
): Pick<ContainerConfig, "id" | "name" | "network" | "networks"> {
  const id = "1".repeat(64) as ContainerId;
  return { id, name: "web", network, networks };
}

Deno.test("withEndpoint() adds a network at the end", () => {
  const [first, last] = [container("connected"), container("connected", RED)];
  assert.deepEqual(withEndpoint(first, BLUE).networks, [BLUE]);
  assert.deepEqual(withEndpoint(last, BLUE), {
    network: "connected",
    networks: [RED, BLUE],
  });
});

Deno.test("withEndpoint() refuses in docker's words", () => {
  const shared =
    /^container sharing network namespace with another container or host cannot be connected to any other network$/;
  const table: readonly [
    Parameters<typeof withEndpoint>[0],
    RegExp,
  ][] = [
    [
      container("connected", RED, BLUE),
      /^endpoint with name web already exists in network blue$/,
    ],
    [
      container("none"),
      /^container cannot be connected to multiple networks with one of the networks in private \(none\) mode$/,
    ],
    [container("host"), shared],
    [container(`container:${"2".repeat(64) as ContainerId}`), shared],
    [container("ns:/run/netns/blue"), shared],
  ];
  for (const [config, message] of table) {
    assert.throws(
      () => withEndpoint(config, BLUE),
      (error) => error instanceof ConflictError && message.test(error.message),
    );
  }
});

Deno.test("findEndpoint() knows a network by name, id, or its start", () => {
  const config = container("connected", RED, BLUE, endpoint("e", "b1"));
  for (const reference of ["red", RED.network, "eee"]) {
    assert.equal(findEndpoint(config, reference), RED);
  }
  // A name is more than the start of an id.
  assert.equal(findEndpoint(config, "e").networkName, "e");
  assert.throws(() => findEndpoint(config, "b"), ConflictError);
  for (const reference of ["", "green", "12"]) {
    assert.throws(
      () => findEndpoint(config, reference),
      (error) =>
        error instanceof NotFoundError &&
        error.message ===
          `container ${config.id} is not connected to network ${reference}`,
    );
  }
});

Deno.test("withoutEndpoint() may leave none", () => {
  const config = container("connected", RED, BLUE);
  assert.deepEqual(withoutEndpoint(config, RED).networks, [BLUE]);
  assert.deepEqual(withoutEndpoint(container("connected", RED), RED), {
    network: "connected",
    networks: [],
  });
});
