/**
 * @module
 */
import assert from "node:assert/strict";
import { HostError } from "../../../lib/base/errors.ts";
import { appArmorFor, isLoaded } from "../../../lib/engine/apparmor.ts";

const PROFILES = "docker-default (enforce)\n/usr/bin/man (complain)\n" +
  "snap.x//mount (enforce)\nwith (odd) name (unconfined)\n";

for (
  const name of [
    "docker-default",
    "/usr/bin/man",
    "snap.x//mount",
    "with (odd) name",
  ]
) {
  Deno.test(`isLoaded() finds ${name}`, () => {
    assert.ok(isLoaded(name, PROFILES));
  });
}

for (const name of ["docker", "man", "docker-default (enforce)", "with"]) {
  Deno.test(`isLoaded() does not take ${name} for another`, () => {
    assert.ok(!isLoaded(name, PROFILES));
    assert.ok(!isLoaded(name, ""));
  });
}

Deno.test("appArmorFor() says what the kernel does", () => {
  const state = appArmorFor("unconfined");
  const isThere = hasAppArmor();
  assert.equal(state, isThere ? "enabled" : "disabled");
  // Where there are profiles, this is not one of them.
  if (!isThere) return assert.equal(appArmorFor("none-such"), "disabled");
  assert.throws(() => appArmorFor("none-such"), (error) => {
    assert.ok(error instanceof HostError);
    assert.match(error.message, /profile "none-such": it is not loaded$/);
    return true;
  });
});

function hasAppArmor(): boolean {
  try {
    const path = "/sys/module/apparmor/parameters/enabled";
    return Deno.readTextFileSync(path) === "Y\n";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
