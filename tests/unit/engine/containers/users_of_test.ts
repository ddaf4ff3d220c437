/** @module */
import assert from "node:assert/strict";
import { usersOf } from "../../../../lib/engine/containers/users_of.ts";
import { networkUsers } from "../../../../lib/engine/networks/network_users.ts";
import { NetworkRecords } from "../../../support/network_records.ts";

Deno.test("usersOf() tells each user of each once", () => {
  using place = new NetworkRecords();
  const [web, db, gone] = ["web", "db", "gone"].map((name) =>
    place.container({ name })
  );
  assert.ok(web !== undefined && db !== undefined && gone !== undefined);
  const used = new Map<string, string[]>([[web, ["a", "b", "a"]], [gone, [
    "a",
    "c",
  ]]]);
  const usedBy = (id: string): string[] => used.get(id) ?? [];
  const users = usersOf(place.paths, { usedBy, without: [gone] });
  assert.deepEqual(users, new Map([["a", [web]], ["b", [web]]]));
  const all = usersOf(place.paths, { usedBy, without: [] });
  assert.deepEqual(all.get("a")?.toSorted(), [web, gone].toSorted());
  assert.deepEqual(all.get("c"), [gone]);
});

Deno.test("networkUsers() knows networks of configurations by their ids", () => {
  using place = new NetworkRecords();
  const { id: network, name: networkName } = place.network("blue");
  const endpoint = { network, networkName, aliases: [] };
  const web = place.container({ network: "connected", networks: [endpoint] });
  place.container({ network: "none" });
  assert.deepEqual(networkUsers(place.paths), new Map([[network, [web]]]));
});
