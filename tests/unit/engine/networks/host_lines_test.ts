/**
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerId } from "../../../../lib/base/identifiers.ts";
import {
  gatherNames,
  hostLines,
} from "../../../../lib/engine/networks/host_lines.ts";
import type {
  EndpointState,
  NetworkState,
} from "../../../../lib/engine/networks/network_state.ts";

const [WEB, DB, CACHE] = ["a", "b", "c"].map((digit) =>
  digit.repeat(64) as ContainerId
) as [ContainerId, ContainerId, ContainerId];

function endpoint(
  network: string,
  addresses: string[],
  names: string[],
): EndpointState {
  return {
    ...{ network, networkName: network, addresses, names },
    slot: 0,
    gateways: [],
    macAddress: "",
  };
}

function state(hostname: string, ...endpoints: EndpointState[]): NetworkState {
  return { hostname, endpoints, ports: [] };
}

/** The lines of each container. */
function lines(
  states: Readonly<Record<ContainerId, NetworkState>>,
): Record<string, string[]> {
  const all = new Map(
    Object.entries(states).map(([id, one]) => [id as ContainerId, one]),
  );
  const names = gatherNames(all);
  return Object.fromEntries(
    [...all].map(([id, one]) => [
      id,
      hostLines(id, one, names).match(/.*\n/g) ?? [],
    ]),
  );
}

Deno.test("hostLines() has the host name first of its own, and not of others", () => {
  const found = lines({
    [WEB]: state(
      "web.example.com",
      endpoint("blue", ["10.0.0.3/24", "fd00::3/64"], ["web", "www"]),
    ),
    [DB]: state("box", endpoint("blue", ["10.0.0.2/24"], ["db"])),
  });
  assert.deepEqual(found[WEB], [
    "10.0.0.3\tweb.example.com web www\n",
    "fd00::3\tweb.example.com web www\n",
    "10.0.0.2\tdb\n",
  ]);
  assert.deepEqual(found[DB], [
    "10.0.0.2\tbox db\n",
    "fd00::3\tweb www\n",
    "10.0.0.3\tweb www\n",
  ]);
});

Deno.test("hostLines() tells only of networks that both are in", () => {
  const found = lines({
    [WEB]: state(
      "web",
      endpoint("blue", ["10.0.0.2/24"], ["web"]),
      endpoint("red", ["10.1.0.2/24"], ["front"]),
    ),
    [DB]: state("db", endpoint("red", ["10.1.0.3/24"], ["db"])),
    [CACHE]: state("cache", endpoint("blue", ["10.0.0.3/24"], ["cache"])),
  });
  assert.deepEqual(found[WEB], [
    "10.0.0.2\tweb\n",
    "10.1.0.2\tweb front\n",
    "10.0.0.3\tcache\n",
    "10.1.0.3\tdb\n",
  ]);
  assert.deepEqual(found[DB], ["10.1.0.3\tdb\n", "10.1.0.2\tfront\n"]);
  assert.deepEqual(found[CACHE], ["10.0.0.3\tcache\n", "10.0.0.2\tweb\n"]);
});

Deno.test("hostLines() are in the order of addresses, whoever is read first", () => {
  const web = state("web", endpoint("blue", ["10.0.0.10/24"], ["web", "all"]));
  const db = state("db", endpoint("blue", ["10.0.0.9/24"], ["db", "all"]));
  const cache = state(
    "cache",
    endpoint("blue", ["fd00::a/64", "10.0.0.1/24"], ["cache"]),
  );
  const one = lines({ [WEB]: web, [DB]: db, [CACHE]: cache });
  const other = lines({ [CACHE]: cache, [DB]: db, [WEB]: web });
  assert.deepEqual(one, other);
  assert.deepEqual(one[CACHE]?.slice(2), [
    "10.0.0.9\tdb all\n",
    "10.0.0.10\tweb all\n",
  ]);
  assert.deepEqual(one[WEB]?.slice(1), [
    "fd00::a\tcache\n",
    "10.0.0.1\tcache\n",
    "10.0.0.9\tdb all\n",
  ]);
});

Deno.test("hostLines() lets nobody be localhost, nor end a line", () => {
  const found = lines({
    [WEB]: state("LocalHost", endpoint("blue", ["10.0.0.2/24"], ["web"])),
    [DB]: state(
      "a b",
      endpoint("blue", ["10.0.0.3/24"], [
        ...["localhost", "db", "x\n1.1.1.1 bank", "#db", "", "ip6-localhost"],
      ]),
    ),
    [CACHE]: state("#", endpoint("blue", ["10.0.0.4/24"], ["localhost"])),
  });
  assert.deepEqual(found[WEB], ["10.0.0.2\tweb\n", "10.0.0.3\tdb\n"]);
  assert.deepEqual(found[DB], ["10.0.0.3\tdb\n", "10.0.0.2\tweb\n"]);
  assert.deepEqual(found[CACHE], ["10.0.0.2\tweb\n", "10.0.0.3\tdb\n"]);
});

Deno.test("hostLines() does without a host name", () => {
  const { hostname: _, ...web } = state(
    "web",
    endpoint("blue", ["10.0.0.2/24"], ["web", "0123456789ab"]),
  );
  assert.deepEqual(lines({ [WEB]: web })[WEB], [
    "10.0.0.2\tweb 0123456789ab\n",
  ]);
  assert.deepEqual(lines({ [WEB]: state("web") })[WEB], []);
});
