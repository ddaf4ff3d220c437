/**
 * Runs a further program in a running container, confined as the container's
 * own program is.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import { launch, type Launched } from "../../runtime/launch/launch.ts";
import { createExecPlan, namespaceResult } from "../../runtime/plan/exec.ts";
import { hostId } from "../../runtime/plan/id_map.ts";
import { TERMINAL } from "../../runtime/plan/terminal.ts";
import { isRunning } from "../../runtime/process_identity.ts";
import { openContainerTerminal } from "../../runtime/rootfs/container_terminal.ts";
import {
  openRunning,
  type RunningContainer,
} from "../../runtime/running_container.ts";
import type { StdioOptions } from "../../runtime/stdio/stdio.ts";
import { callFilter } from "../call_filter.ts";
import type { Engine } from "../engine.ts";
import { execConfig } from "../exec_config.ts";
import type { ExecOptions } from "../exec_options.ts";
import { execCgroups } from "./exec_cgroups.ts";
import { execSpec } from "./exec_spec.ts";
import { type ExecTarget, hasEnded } from "./exec_target.ts";
import type { LaunchStdio } from "./launch_container.ts";

/** How the program is connected. */
export type OpenExecStdio<Stdio extends LaunchStdio> = (
  options: Pick<StdioOptions, "owner" | "tty">,
) => Stdio;

/** A further program that runs. */
export interface StartedExec<Stdio extends LaunchStdio> {
  readonly launched: Launched;
  readonly stdio: Stdio;
}

/** Names of what is opened of the container, by which the plan finds it. */
const ROOT = "root";
const PURPOSE = "run a program in the container";

/**
 * Starts the program. The calling thread is in the container's pid namespace
 * for a moment: no thread of Deno's pool may be started by it meanwhile.
 *
 * @param openStdio Makes its streams; what it makes is disposed of if the
 * program cannot be started.
 * @throws {StartError} If it cannot be started; nothing is left of it.
 * @throws {InvalidStateError} If the container has ended.
 */
export async function startExec<Stdio extends LaunchStdio>(
  engine: Engine,
  target: ExecTarget,
  { openStdio, ...options }: ExecOptions & {
    readonly openStdio: OpenExecStdio<Stdio>;
  },
): Promise<StartedExec<Stdio>> {
  const opened = openRunning(target.running);
  if (opened === undefined) throw hasEnded(target);
  using container = opened;
  try {
    return await startIn(engine, { ...target, container }, {
      ...options,
      openStdio,
    });
  } catch (error) {
    // Then it is no use to say what failed for that reason.
    if (!isRunning(target.running)) throw hasEnded(target, error);
    throw error;
  }
}

interface OpenedTarget extends ExecTarget {
  readonly container: RunningContainer;
}

async function startIn<Stdio extends LaunchStdio>(
  { launcher }: Engine,
  target: OpenedTarget,
  { openStdio, ...options }: ExecOptions & {
    readonly openStdio: OpenExecStdio<Stdio>;
  },
): Promise<StartedExec<Stdio>> {
  using undo = new DisposableStack();
  const { root, namespaces } = target.container;
  const config = execConfig(target.config, options);
  const spec = execSpec(config, { root, hierarchies: target.hierarchies });
  const seccomp = await callFilter(config, spec.process);
  const plan = createExecPlan(spec, {
    namespaces: new Set(namespaces.keys()),
    cgroups: execCgroups(target),
    withoutCaller: options.withoutCaller,
    ...(seccomp === undefined ? {} : { seccomp }),
  });
  const { uid, gid } = spec.process.user;
  const stdio = undo.use(openStdio({
    tty: config.tty,
    owner: { uid: hostId(spec, "uid", uid), gid: hostId(spec, "gid", gid) },
  }));
  const descriptors = new Map<string, Fd>(stdio.descriptors);
  descriptors.set(ROOT, root);
  for (const [type, fd] of namespaces) {
    descriptors.set(namespaceResult(type), fd);
  }
  using terminal = config.tty ? openContainerTerminal(root) : undefined;
  if (terminal !== undefined) descriptors.set(TERMINAL, terminal);
  const launched = await launch({
    spec,
    plan,
    descriptors,
    launcher,
    tracing: "off",
    purpose: PURPOSE,
  });
  undo.move();
  return { launched, stdio };
}
