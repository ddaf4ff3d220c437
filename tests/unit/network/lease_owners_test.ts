/**
 * @module
 */
import assert from "node:assert/strict";
import { leasesIn, ownerOf } from "../../../lib/network/lease_owners.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

Deno.test("leasesIn() tells an owner's leases from those of others", () => {
  using place = new TemporaryDirectory();
  for (const [name, owner] of [["1", "a"], ["2", "b"], ["3", "a"]] as const) {
    Deno.symlinkSync(owner, `${place.path}/${name}`);
  }
  assert.deepEqual(leasesIn(place.path, "a").sort(), ["1", "3"]);
  assert.deepEqual(leasesIn(place.path, "c"), []);
  assert.deepEqual(leasesIn(`${place.path}/missing`, "a"), []);
  assert.equal(ownerOf(`${place.path}/2`), "b");
  assert.equal(ownerOf(`${place.path}/4`), undefined);
});
