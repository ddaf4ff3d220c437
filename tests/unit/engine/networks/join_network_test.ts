/**
 * Who joins the network of a container that is not there, or does not run, is
 * told whose it was.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createContainerId } from "../../../../lib/base/identifiers.ts";
import { joinNetwork } from "../../../../lib/engine/networks/join_network.ts";
import { NetworkRecords } from "../../../support/network_records.ts";

Deno.test("joinNetwork() names the container that has been removed", () => {
  using place = new NetworkRecords();
  const id = createContainerId();
  const gone = { name: "web", network: `container:${id}` } as const;
  const advice = 'create "web" again, with --network container:NAME';
  const says = (owner: string): object => ({
    name: "NotFoundError",
    message:
      `Container "web" shares the network of container "${owner}", which has been removed`,
    advice,
  });
  assert.throws(
    () => joinNetwork(place.paths, { ...gone, networkOwner: "pod" }),
    says("pod"),
  );
  // Those of before have not written it down.
  assert.throws(() => joinNetwork(place.paths, gone), says(id));
  // What it was called is no name to look for: that is another one.
  place.container({ name: "pod" });
  assert.throws(
    () => joinNetwork(place.paths, { ...gone, networkOwner: "pod" }),
    says("pod"),
  );
});

Deno.test("joinNetwork() names who of several has lost its owner", () => {
  using place = new NetworkRecords();
  const first = createContainerId();
  const second = place.container({
    ...{ name: "second", network: `container:${first}`, networkOwner: "first" },
  });
  const third = { name: "third", network: `container:${second}` } as const;
  assert.throws(() => joinNetwork(place.paths, third), {
    message:
      'Container "second" shares the network of container "first", which has been removed',
  });
});

Deno.test("joinNetwork() says which container is to be started first", () => {
  using place = new NetworkRecords();
  const id = place.container({ name: "pod", network: "none" });
  const web = { name: "web", network: `container:${id}` } as const;
  assert.throws(() => joinNetwork(place.paths, web), {
    name: "InvalidStateError",
    message: "cannot join network of a non running container: pod",
    advice: "tsdocker start pod",
  });
});
