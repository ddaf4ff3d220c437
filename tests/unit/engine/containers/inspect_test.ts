/**
 * Everything there is to tell of a container, from its records.
 *
 * @module
 */
import assert from "node:assert/strict";
import { NotFoundError } from "../../../../lib/base/errors.ts";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import { inspectContainer } from "../../../../lib/engine/containers/inspect.ts";
import { writeExit } from "../../../../lib/engine/containers/exit_record.ts";
import {
  containerDirectory,
  stateDirectory,
  writeConfig,
  writeRunning,
} from "../../../../lib/engine/containers/records.ts";
import { identifyProcess } from "../../../../lib/runtime/process_identity.ts";
import { containerConfig } from "../../../support/run_options.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("inspectContainer() tells what the records do", () => {
  using directory = new TemporaryDirectory();
  const root = directory.path;
  const paths = hostPaths({ root, runRoot: `${root}/run` });
  const config = containerConfig({
    args: ["sh", "-c", "true"],
    network: "host",
    volumes: [
      { source: "/a", destination: "/b", access: "ro", create: "never" },
    ],
  });
  const { id } = config;
  Deno.mkdirSync(containerDirectory(paths, id), { recursive: true });
  Deno.mkdirSync(stateDirectory(paths, id), { recursive: true });
  assert.throws(
    () => inspectContainer(paths, id, { sizes: "left out" }),
    NotFoundError,
  );
  writeConfig(paths, config);
  writeExit(paths, id, {
    exitCode: 3,
    startedMs: 1000,
    finishedMs: 2000,
    oomKilled: false,
    restartCount: 1,
  });

  const ended = inspectContainer(paths, id.slice(0, 12), {
    sizes: "measured",
  });
  assert.equal(ended.Id, id);
  assert.equal(ended.Name, "/test");
  assert.equal(ended.Created, "1970-01-01T00:00:01.000Z");
  assert.deepEqual([ended.Path, ...ended.Args], ["sh", "-c", "true"]);
  assert.equal(ended.State.Status, "exited");
  assert.equal(ended.State.ExitCode, 3);
  assert.equal(ended.RestartCount, 1);
  assert.equal(ended.LogPath, `${paths.containers}/${id}/log/container.log`);
  assert.deepEqual([ended.SizeRw, ended.SizeRootFs], [0, 0]);
  assert.deepEqual(ended.Mounts, [{
    Type: "bind",
    Source: "/a",
    Destination: "/b",
    Mode: "ro",
    RW: false,
    Propagation: "rprivate",
  }]);
  assert.equal(
    ended.GraphDriver.Data.LowerDir,
    `/layers/1:${paths.mountPoints}`,
  );

  const self = identifyProcess(Deno.pid) ?? assert.fail();
  writeRunning(paths, id, {
    ...self,
    startedMs: 5000,
    keeper: self,
    withoutKeeper: "goes-on",
    restartCount: 2,
  });
  const running = inspectContainer(paths, id, { sizes: "left out" });
  assert.equal(running.State.Status, "running");
  assert.equal(running.State.Pid, Deno.pid);
  assert.equal(running.RestartCount, 2);
  assert.equal(running.SizeRw, undefined);
  assert.equal(
    running.NetworkSettings.SandboxKey,
    `/proc/${Deno.pid}/ns/net`,
  );
});
