/**
 * @module
 */
import assert from "node:assert/strict";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import { createContainerId } from "../../../../lib/base/identifiers.ts";
import {
  emptyNetworkState,
  forgetNetworkState,
  type NetworkState,
  readNetworkState,
  writeNetworkState,
} from "../../../../lib/engine/networks/network_state.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const STATE: NetworkState = {
  hostname: "web",
  endpoints: [],
  ports: ["8080:80/tcp"],
};

Deno.test("readNetworkState() tells a damaged record from none", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  const paths = hostPaths({ root: `${path}/root`, runRoot: `${path}/run` });
  const id = createContainerId();
  Deno.mkdirSync(`${paths.states}/${id}`, { recursive: true });
  assert.equal(readNetworkState(paths, id), undefined);
  writeNetworkState(paths, id, STATE);
  assert.deepEqual(readNetworkState(paths, id), STATE);
  for (const text of ["", '{"endpoints":[', "null", "[]", "7", "{}"]) {
    Deno.writeTextFileSync(`${paths.states}/${id}/network.json`, text);
    // Who ends the container has to give back what it had.
    assert.deepEqual(
      readNetworkState(paths, id),
      { endpoints: [], ports: [] },
      text,
    );
  }
  writeNetworkState(paths, id, STATE);
  emptyNetworkState(paths, id);
  assert.deepEqual(readNetworkState(paths, id), { endpoints: [], ports: [] });
  forgetNetworkState(paths, id);
  assert.equal(readNetworkState(paths, id), undefined);
});
