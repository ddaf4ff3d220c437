/**
 * @module
 */
import assert from "node:assert/strict";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import { createContainerId } from "../../../../lib/base/identifiers.ts";
import { leasesOf } from "../../../../lib/engine/networks/endpoint.ts";
import {
  readNetworkState,
  writeNetworkState,
} from "../../../../lib/engine/networks/network_state.ts";
import { giveBack } from "../../../../lib/engine/networks/release_networks.ts";
import { parseSubnet } from "../../../../lib/network/subnet.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const NETWORK = "1".repeat(64);

Deno.test("giveBack() ends what was begun: neighbours forget who has a lease", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  const paths = hostPaths({ root: `${path}/root`, runRoot: `${path}/run` });
  const [web, db] = [createContainerId(), createContainerId()];
  const endpoint = (name: string, address: string) => ({
    ...{ network: NETWORK, networkName: "blue", slot: 0, gateways: [] },
    ...{ addresses: [address], macAddress: "", names: [name] },
  });
  const hosts = `${paths.containers}/${web}/files/hosts`;
  for (const id of [web, db]) {
    Deno.mkdirSync(`${paths.states}/${id}`, { recursive: true });
    Deno.mkdirSync(`${paths.containers}/${id}/files`, { recursive: true });
  }
  const subnet = parseSubnet("10.0.0.0/24");
  assert.ok(subnet);
  for (
    const endpoints of [
      [endpoint("db", "10.0.0.3/24")],
      // As a kill leaves it between the state and the neighbours.
      [],
    ]
  ) {
    const leases = leasesOf(paths, NETWORK);
    leases.claim({ subnet, reserved: [] }, db);
    const ports = { ports: [] };
    const own = [endpoint("web", "10.0.0.2/24")];
    writeNetworkState(paths, web, { endpoints: own, ...ports });
    writeNetworkState(paths, db, { endpoints, ...ports });
    Deno.writeTextFileSync(
      hosts,
      "# Containers of the same networks, kept by tsdocker\n" +
        "10.0.0.2\tweb\n10.0.0.3\tdb\n" +
        "# End of the containers of the same networks\n",
    );
    // As on a full disk: nothing new can be written.
    Deno.mkdirSync(`${paths.states}/${db}/network.json.new`);
    giveBack(paths, db, undefined);
    Deno.removeSync(`${paths.states}/${db}/network.json.new`);
    assert.deepEqual(
      Deno.readTextFileSync(hosts).split("\n").filter((line) =>
        line.startsWith("10.")
      ),
      ["10.0.0.2\tweb"],
    );
    assert.deepEqual(leases.list(), []);
    assert.equal(readNetworkState(paths, db), undefined);
    giveBack(paths, db, undefined);
  }
});
