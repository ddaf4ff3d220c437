import assert from "node:assert/strict";
import { REGISTRIES_FILE } from "../../../lib/base/host_paths.ts";
import { registrySetupOf } from "../../../lib/cli/registry_setup.ts";

/** What is made of variables. */
function setupOf(
  variables: Record<string, string>,
): ReturnType<typeof registrySetupOf> {
  return registrySetupOf(new Map(Object.entries(variables)));
}

Deno.test("registrySetupOf() takes docker's configuration from where docker does", () => {
  assert.deepEqual(setupOf({ HOME: "/home/me" }), {
    registriesFile: REGISTRIES_FILE,
    isNamed: false,
    dockerConfig: "/home/me/.docker",
    certificateDirectories: ["/etc/tsdocker/certs.d", "/etc/docker/certs.d"],
  });
  assert.equal(
    setupOf({ HOME: "/home/me", DOCKER_CONFIG: "/elsewhere" }).dockerConfig,
    "/elsewhere",
  );
  assert.equal(
    setupOf({ HOME: "", DOCKER_CONFIG: "" }).dockerConfig,
    undefined,
  );
});

Deno.test("registrySetupOf() takes TSDOCKER_REGISTRIES at its word", () => {
  const { registriesFile, isNamed } = setupOf({
    TSDOCKER_REGISTRIES: "/r.json",
  });
  assert.equal(registriesFile, "/r.json");
  assert.ok(isNamed);
});
