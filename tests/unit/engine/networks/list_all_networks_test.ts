/**
 * All networks, made or there by themselves.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ConflictError, NotFoundError } from "../../../../lib/base/errors.ts";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import {
  findAnyNetwork,
  hasNetwork,
  listAllNetworks,
} from "../../../../lib/engine/networks/list_all_networks.ts";
import { PREDEFINED_NETWORKS } from "../../../../lib/engine/networks/predefined_network.ts";
import {
  PREDEFINED_IDS,
  PREDEFINED_RECORDS,
} from "../../../../lib/engine/networks/predefined_records.ts";
import {
  type NetworkRecord,
  publishNetwork,
} from "../../../../lib/network/network_store.ts";
import { BLUE, BRIDGE } from "../../../support/container_networks.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const RECORD: NetworkRecord = {
  id: BLUE,
  name: "blue",
  driver: "bridge",
  createdMs: 1,
  device: "tsd-1",
  access: "world",
  subnets: [],
  labels: {},
  options: {},
};

Deno.test("PREDEFINED_RECORDS have the ids that their names make", async () => {
  for (const { name, id } of PREDEFINED_RECORDS) {
    const bytes = new TextEncoder().encode(name);
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    assert.equal(id, new Uint8Array(digest).toHex());
  }
  assert.deepEqual(
    PREDEFINED_RECORDS.map(({ name }) => name),
    PREDEFINED_NETWORKS,
  );
});

Deno.test("listAllNetworks() has bridge once, as it was made", () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  const shown = (): string[] =>
    listAllNetworks(paths, assert.fail)
      .map(({ name, id, driver }) => `${name} ${id.slice(0, 4)} ${driver}`);
  const { bridge, host, none } = PREDEFINED_IDS;
  const others = [
    `host ${host.slice(0, 4)} host`,
    `none ${none.slice(0, 4)} null`,
  ];
  assert.deepEqual(shown(), [`bridge ${bridge.slice(0, 4)} bridge`, ...others]);
  publishNetwork(paths, RECORD);
  publishNetwork(paths, { ...RECORD, id: BRIDGE, name: "bridge" });
  assert.deepEqual(shown(), [
    "blue 0b0b bridge",
    "bridge b1b1 bridge",
    ...others,
  ]);
});

Deno.test("findAnyNetwork() takes names and the start of ids", () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  publishNetwork(paths, RECORD);
  const twin = `${BLUE.slice(0, 8)}${"0".repeat(56)}`;
  publishNetwork(paths, { ...RECORD, id: twin, name: "twin" });
  const found: readonly (readonly [string, string])[] = [
    ["host", "host"],
    [PREDEFINED_IDS.none.slice(0, 12), "none"],
    ["bridge", "bridge"],
    ["blue", "blue"],
    [BLUE.slice(0, 10), "blue"],
  ];
  for (const [reference, name] of found) {
    assert.equal(findAnyNetwork(paths, reference).name, name);
  }
  assert.ok(hasNetwork(paths, "blue"));
  assert.ok(!hasNetwork(paths, "hos"));
  assert.throws(() => hasNetwork(paths, "0b0b"), ConflictError);
  assert.throws(() => findAnyNetwork(paths, "0b0b"), ConflictError);
  assert.throws(() => findAnyNetwork(paths, "hos"), NotFoundError);
});
