/** @module */
import assert from "node:assert/strict";
import {
  execCgroups,
  pathWithin,
} from "../../../../lib/engine/containers/exec_cgroups.ts";
import { identifyProcess } from "../../../../lib/runtime/process_identity.ts";
import { containerConfig } from "../../../support/run_options.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";
import { v1Hierarchy, v2Hierarchy } from "../../../support/cgroup_surveys.ts";

const running = identifyProcess(Deno.pid) ?? assert.fail();

Deno.test("execCgroups() takes the hierarchies that the container is in", () => {
  using host = new TemporaryDirectory();
  const pids = { ...v1Hierarchy("pids"), mountPoint: `${host.path}/pids` };
  const unified = { ...v2Hierarchy(), mountPoint: `${host.path}/unified` };
  const later = { ...v1Hierarchy("cpu"), mountPoint: `${host.path}/cpu` };
  Deno.mkdirSync(`${pids.mountPoint}/c/1`, { recursive: true });
  Deno.mkdirSync(`${unified.mountPoint}/c/1`, { recursive: true });
  const config = containerConfig({ cgroupsPath: "/c/1" });
  assert.deepEqual(
    execCgroups({ config, running, hierarchies: [pids, unified, later] }),
    [
      { version: "v1", data: "pids", directory: `${host.path}/pids/c/1` },
      { version: "v2", data: "", directory: `${host.path}/unified/c/1` },
    ],
  );
});

Deno.test("execCgroups() finds none for a container without any", () => {
  const { cgroupsPath: _, ...config } = containerConfig();
  assert.deepEqual(
    execCgroups({ config, running, hierarchies: [v2Hierarchy()] }),
    [],
  );
});

const PATHS: readonly (readonly [text: string, path: string])[] = [
  ["0::/c/1\n", "/c/1"],
  ["1:pids:/c/1/x\n0::/c/1/init.scope\n", "/c/1/init.scope"],
  ["0::/c/1/../2\n", "/c/1"],
  ["0::/c/12/x\n", "/c/1"],
  ["0::/\n", "/c/1"],
  ["", "/c/1"],
];

for (const [text, path] of PATHS) {
  Deno.test(`pathWithin() joins ${path} for ${JSON.stringify(text)}`, () => {
    assert.equal(pathWithin("/c/1", text), path);
  });
}
