/**
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import { buildNamespaces } from "../../../../lib/engine/spec/namespaces.ts";
import type { NamespaceType } from "../../../../lib/oci/runtime_spec.ts";
import { containerConfig } from "../../../support/run_options.ts";

const DEFAULT: readonly NamespaceType[] = [
  "mount",
  "pid",
  "uts",
  "ipc",
  "cgroup",
  "network",
];

function types(
  config: Partial<ContainerConfig> = {},
  available: readonly NamespaceType[] = [...DEFAULT, "user", "time"],
): NamespaceType[] {
  return buildNamespaces(containerConfig(config), {
    namespaces: new Set(available),
  })
    .map(({ type }) => type);
}

Deno.test("buildNamespaces() gives a container all but a user namespace", () => {
  assert.deepEqual(types(), DEFAULT);
});

const SHARED: readonly (readonly [Partial<ContainerConfig>, NamespaceType])[] =
  [
    [{ pid: "host" }, "pid"],
    [{ uts: "host" }, "uts"],
    [{ ipc: "host" }, "ipc"],
    [{ cgroupns: "host" }, "cgroup"],
    [{ network: "host" }, "network"],
  ];

for (const [config, type] of SHARED) {
  Deno.test(`buildNamespaces() shares the host's ${type} namespace`, () => {
    assert.deepEqual(types(config), DEFAULT.filter((kind) => kind !== type));
  });
}

Deno.test("buildNamespaces() gives queues of its own without shared memory", () => {
  assert.deepEqual(types({ ipc: "none" }), DEFAULT);
});

Deno.test("buildNamespaces() does without a cgroup namespace if the kernel has none", () => {
  const others = DEFAULT.filter((type) => type !== "cgroup");
  assert.deepEqual(types({}, others), others);
});

for (const type of ["pid", "uts", "ipc", "network"] as const) {
  Deno.test(`buildNamespaces() shares no ${type} namespace silently`, () => {
    const others = DEFAULT.filter((kind) => kind !== type);
    assert.throws(() => types({}, others), {
      name: "HostError",
      message:
        `Cannot give the container a ${type} namespace: this kernel has none`,
      advice: `--${type} host`,
    });
    assert.deepEqual(types({ [type]: "host" }, others), others);
  });
}

Deno.test("buildNamespaces() makes the user namespace that was asked for", () => {
  const idMappings = { uid: [], gid: [] };
  assert.deepEqual(types({ idMappings }), [...DEFAULT, "user"]);
  assert.throws(() => types({ idMappings }, DEFAULT), {
    name: "HostError",
    message: "Cannot give the container a user namespace: this kernel has none",
    advice: "--userns host",
  });
});
