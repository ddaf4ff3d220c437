/**
 * Containers that run as far as their records say: the process of each is the
 * test's own.
 *
 * @module
 */
import assert from "node:assert/strict";
import { hostPaths } from "../../lib/base/host_paths.ts";
import {
  type ContainerId,
  createContainerId,
} from "../../lib/base/identifiers.ts";
import type { ContainerConfig } from "../../lib/engine/container_config.ts";
import { claimName } from "../../lib/engine/containers/names.ts";
import {
  containerDirectory,
  stateDirectory,
  writeConfig,
  writeRunning,
} from "../../lib/engine/containers/records.ts";
import {
  type NetworkState,
  writeNetworkState,
} from "../../lib/engine/networks/network_state.ts";
import { identifyProcess } from "../../lib/runtime/process_identity.ts";
import { connectedConfig } from "./container_networks.ts";
import { TemporaryDirectory } from "./temporary_directory.ts";

/** A root with such containers; gone with its scope. */
export class RunningContainers extends TemporaryDirectory {
  readonly paths = hostPaths({
    root: `${this.path}/root`,
    runRoot: `${this.path}/run`,
  });

  /** Adds one that is connected to `bridge`, unless it is changed. */
  add(
    name: string,
    state?: NetworkState,
    changes: Partial<ContainerConfig> = {},
  ): ContainerId {
    const { paths } = this;
    const id = createContainerId();
    Deno.mkdirSync(containerDirectory(paths, id), { recursive: true });
    Deno.mkdirSync(stateDirectory(paths, id), { recursive: true });
    Deno.mkdirSync(paths.names, { recursive: true });
    claimName(paths, name, id);
    writeConfig(paths, connectedConfig({ ...changes, id, name }));
    const self = identifyProcess(Deno.pid) ?? assert.fail();
    writeRunning(paths, id, {
      ...self,
      startedMs: 0,
      keeper: self,
      withoutKeeper: "goes-on",
      restartCount: 0,
    });
    if (state !== undefined) writeNetworkState(paths, id, state);
    return id;
  }

  /** Makes the process of one another that has ended; its state stays. */
  end(id: ContainerId): void {
    const gone = { pid: Deno.pid, startTime: "1" };
    writeRunning(this.paths, id, {
      ...gone,
      startedMs: 0,
      keeper: gone,
      withoutKeeper: "goes-on",
      restartCount: 0,
    });
  }
}
