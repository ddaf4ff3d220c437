/**
 * `run` in the foreground: creates a container, starts it, keeps it until it
 * ends, and records or removes it.
 *
 * @module
 */
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { createContainerId } from "../../base/identifiers.ts";
import type { RuntimeSpec } from "../../oci/runtime_spec.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { lockParents } from "../../runtime/cgroups/parents.ts";
import type { Tracing } from "../../runtime/launch/container_process.ts";
import { launch, type Launched } from "../../runtime/launch/launch.ts";
import { hostId } from "../../runtime/plan/id_map.ts";
import { USER_NAMESPACE } from "../../runtime/plan/user_namespace.ts";
import { SignalProxy } from "../../runtime/stdio/signal_proxy.ts";
import {
  openStdio,
  type Stdio,
  type StdioOptions,
} from "../../runtime/stdio/stdio.ts";
import { configureContainer } from "../configure.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { hostFacts } from "../host_facts.ts";
import { openImage } from "../images/open_image.ts";
import type { RunOptions } from "../run_options.ts";
import { checkVolumes } from "../volume_source.ts";
import { endCgroup } from "./cgroup.ts";
import { claimCidfile } from "./cidfile.ts";
import { createContainer, type CreatedContainer } from "./create.ts";
import { writeContainerFiles } from "./files.ts";
import { keepContainer } from "./keep.ts";
import type { OwnedLayers } from "./own_layers.ts";
import { planContainer, type PlannedContainer } from "./plan_container.ts";
import { settle } from "./reconcile.ts";
import { containerDirectory } from "./records.ts";

/** Status of a program ended by SIGKILL. */
const KILLED = 128 + SIGNALS.SIGKILL;

/** What was launched, for `--explain`. */
export interface LaunchReport extends PlannedContainer {
  readonly launched: Launched;
}

/** What a caller wants to know while a container runs. */
export interface RunEvents {
  /** The program has started; nothing it wrote has been passed on yet. */
  onLaunched?(report: LaunchReport): void;
  /** The kernel ended the program for want of memory. */
  onOomKilled?(config: ContainerConfig): void;
}

/**
 * Runs a container to its end. Its standard streams are the caller's, and the
 * caller's signals are its own from then on.
 *
 * @returns The program's status, or 128 and the number of the signal that
 * ended it.
 * @throws {StartError} If the program cannot be started; nothing is left.
 */
export async function runContainer(
  engine: Engine,
  options: RunOptions,
  events: RunEvents = {},
): Promise<number> {
  const { paths } = engine;
  const draft = configureContainer(options, {
    id: createContainerId(),
    createdMs: Date.now(),
    host: hostFacts(),
    cwd: engine.cwd,
  });
  settle(engine);
  checkVolumes(draft.volumes);
  const layers = await openImage(engine, options.image);
  const signals = new SignalProxy();
  using undo = new DisposableStack();
  if (options.cidfile !== undefined) {
    undo.use(claimCidfile(options.cidfile, draft.id));
  }
  using container = createContainer(
    paths,
    { ...draft, layers },
    engine.invoker,
  );
  // A stack of its own: it is removed before its lock is let go.
  using undoContainer = new DisposableStack();
  undoContainer.defer(() => {
    endCgroup(container.config);
    container.remove();
  });
  const tracing = options.trace === undefined ? "off" : "steps";
  const started = await startContainer(engine, container, tracing);
  undoContainer.move();
  undo.move();
  using _stdio = started.stdio;
  events.onLaunched?.(started);
  const { exitCode, oomKilled } = await keepContainer(paths, container, {
    ...started.launched,
    stdio: started.stdio,
    signals,
  });
  // A program may go on after one of its children has been ended.
  if (oomKilled && exitCode === KILLED) events.onOomKilled?.(container.config);
  return exitCode;
}

interface StartedContainer extends LaunchReport {
  readonly stdio: Stdio;
}

async function startContainer(
  engine: Engine,
  container: CreatedContainer,
  tracing: Tracing,
): Promise<StartedContainer> {
  using undo = new DisposableStack();
  using owned = await ownedLayers(engine, container);
  const { config, snapshot } = owned ?? container;
  const directory = containerDirectory(engine.paths, config.id);
  const filesPath = writeContainerFiles(directory, config);
  const hierarchies = config.cgroupsPath === undefined
    ? []
    : mountedHierarchies();
  using _parents = lockParents(hierarchies);
  const { spec, plan } = await planContainer(config, {
    snapshot,
    filesPath,
    hierarchies,
    warn: engine.warn,
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
  });
  undo.move();
  return { spec, plan, launched, stdio };
}

/** What only a user namespace needs is loaded for one. */
async function ownedLayers(
  { paths }: Engine,
  container: CreatedContainer,
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
