/**
 * Starts the program of a container that exists: its files, its plan, its
 * streams, its process.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import type { RuntimeSpec } from "../../oci/runtime_spec.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { lockParents } from "../../runtime/cgroups/parents.ts";
import type { Tracing } from "../../runtime/launch/container_process.ts";
import { launch, type Launched } from "../../runtime/launch/launch.ts";
import { hostId } from "../../runtime/plan/id_map.ts";
import { USER_NAMESPACE } from "../../runtime/plan/user_namespace.ts";
import type { StdioOptions } from "../../runtime/stdio/stdio.ts";
import type { Engine } from "../engine.ts";
import type { NetworkState } from "../networks/network_state.ts";
import { openNetwork } from "../networks/open_network.ts";
import type { CreatedContainer } from "./create.ts";
import { writeContainerFiles } from "./files.ts";
import type { OwnedLayers } from "./own_layers.ts";
import { planContainer, type PlannedContainer } from "./plan_container.ts";
import type { RunningRecord } from "./records.ts";

/** What was launched, for `--explain`. */
export interface LaunchReport extends PlannedContainer {
  readonly launched: Launched;
  /** What it has of its networks; absent if it is connected to none. */
  readonly network?: NetworkState;
}

/** What a container's streams need to be, whoever is on the other side. */
export interface LaunchStdio extends Disposable {
  /** What a plan expects of its caller; empty for a terminal. */
  readonly descriptors: ReadonlyMap<string, Fd>;
}

/** How a container is launched. */
export interface LaunchOptions<Stdio extends LaunchStdio> {
  readonly tracing: Tracing;
  readonly withoutKeeper: RunningRecord["withoutKeeper"];
  /** Makes its streams. */
  openStdio(options: StdioOptions): Stdio;
}

/** A container whose program runs. */
export interface LaunchedContainer<Stdio extends LaunchStdio>
  extends LaunchReport {
  readonly stdio: Stdio;
}

/**
 * Starts a container's program.
 *
 * @throws {StartError} If it cannot be started; nothing of it runs then, but
 * its cgroup may be left.
 */
export async function launchContainer<Stdio extends LaunchStdio>(
  engine: Engine,
  container: Pick<CreatedContainer, "config" | "snapshot">,
  { tracing, withoutKeeper, openStdio }: LaunchOptions<Stdio>,
): Promise<LaunchedContainer<Stdio>> {
  using undo = new DisposableStack();
  using owned = await ownedLayers(engine, container);
  const { config, snapshot } = owned ?? container;
  using network = await openNetwork(engine, config);
  const filesPath = writeContainerFiles(engine.paths, config, {
    state: network.state,
    warn: engine.warn,
  });
  const hierarchies = config.cgroupsPath === undefined
    ? []
    : mountedHierarchies();
  using _parents = lockParents(hierarchies);
  const { spec, plan } = await planContainer(config, {
    snapshot,
    filesPath,
    hierarchies,
    withoutKeeper,
    warn: engine.warn,
    ...(network.path === undefined ? {} : { networkPath: network.path }),
  });
  const stdio = undo.use(openStdio({ ...config, owner: hostOwner(spec) }));
  const descriptors = new Map<string, Fd>(stdio.descriptors);
  if (owned !== undefined) descriptors.set(USER_NAMESPACE, owned.userns);
  const launched = await launch({
    spec,
    plan,
    descriptors,
    launcher: engine.launcher,
    tracing,
    onBorn: (pid) => network.onBorn?.(pid),
  });
  undo.move();
  network.keep();
  const { state } = network;
  return {
    ...{ spec, plan, launched, stdio },
    ...(state === undefined ? {} : { network: state }),
  };
}

/** What only a user namespace needs is loaded for one. */
async function ownedLayers(
  { paths }: Engine,
  container: Pick<CreatedContainer, "config" | "snapshot">,
): Promise<OwnedLayers | undefined> {
  if (container.config.idMappings === undefined) return undefined;
  const { ownLayers } = await import("./own_layers.ts");
  return await ownLayers(paths, container);
}

/** The container's user as the host knows it. */
function hostOwner(spec: RuntimeSpec): StdioOptions["owner"] {
  const { uid, gid } = spec.process.user;
  return { uid: hostId(spec, "uid", uid), gid: hostId(spec, "gid", gid) };
}
