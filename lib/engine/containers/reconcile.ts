/**
 * Puts the records right after a crash: whoever runs a command first finds
 * what a killed tsdocker has left, and finishes its work.
 *
 * @module
 */
import { decodeWaitStatus } from "../../../ffi/calls/process.ts";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { HostError } from "../../base/errors.ts";
import { namesIn } from "../../base/names_in.ts";
import { removePath } from "../../base/remove_tree.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import {
  type ContainerId,
  isContainerId,
  shortId,
} from "../../base/identifiers.ts";
import { sweepTemporaryTrees } from "../../storage/temporary_trees.ts";
import {
  exitStatusOfZombie,
  isRunning,
  killProcess,
} from "../../runtime/process_identity.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { endCgroup } from "./cgroup.ts";
import { removeContainerFiles } from "./create.ts";
import { ensureDirectories } from "./directories.ts";
import { endResources } from "./end_resources.ts";
import { listIds } from "./list.ts";
import { tryLock } from "./lock.ts";
import { exitCodeOf, readExit, writeExit } from "./exit_record.ts";
import { findRunning } from "./find_running.ts";
import { removeState } from "./lasting.ts";
import { thawAbandoned } from "./pause_mark.ts";
import {
  containerDirectory,
  isConfigDamaged,
  isKept,
  readConfig,
  readStarted,
  type RunningRecord,
  stateDirectory,
} from "./records.ts";

/** How long a killed process may take to go away. */
const DEATH_TIMEOUT_MS = 2000;
/** Status of a program ended by SIGKILL. */
const KILLED = 128 + SIGNALS.SIGKILL;
/** Status of a program that ended while there was nobody to be told. */
const UNKNOWN = 255;

/**
 * Makes the directories and settles what is in them: the beginning of every
 * command that changes or shows containers.
 *
 * @throws {HostError} If the caller is not root, or a directory unusable.
 */
export async function settle(
  { paths, warn }: Pick<Engine, "paths" | "warn">,
): Promise<void> {
  assertRoot();
  let isBoot = false;
  ensureDirectories(paths, () => {
    reconcileAfterBoot(paths);
    isBoot = true;
  });
  sweepTemporaryTrees(paths);
  if (isBoot) await sweepAfterBoot({ paths, warn });
  await reconcile(paths, warn);
}

/**
 * Where the records were wiped and the host goes on, rules of before would lead
 * to whoever gets the addresses now.
 */
async function sweepAfterBoot(
  { paths, warn }: Pick<Engine, "paths" | "warn">,
): Promise<void> {
  if (namesIn(paths.networks).length === 0) return;
  try {
    const { repairNetworks } = await import("../networks/repair_networks.ts");
    repairNetworks({ paths, warn });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    warn(`Cannot clear up after the networks of before: ${why}`);
  }
}

/**
 * Everything here needs privileges that only root has.
 *
 * @throws {HostError} For anybody else.
 */
export function assertRoot(): void {
  if (Deno.uid() === 0) return;
  throw new HostError("permission denied: tsdocker needs root", {
    advice: "sudo tsdocker …",
  });
}

/**
 * Settles every container whose keeper is dead. Costs one lock attempt for
 * each container that is running or was when its keeper died.
 *
 * @param warn Hears of one that cannot be settled: it must not keep others from
 * being, nor the command from its work. The next command tries again.
 */
export async function reconcile(
  paths: HostPaths,
  warn: Engine["warn"],
): Promise<void> {
  for (const name of namesIn(paths.states)) {
    if (!isContainerId(name)) continue;
    await attempt(name, warn, async () => {
      thawAbandoned(paths, name);
      await reconcileContainer(paths, name);
    });
  }
}

/** The end of a container that nobody keeps, as somebody else has seen it. */
export interface SeenEnd {
  /** `undefined` if the kernel did not tell. */
  readonly exitCode: number | undefined;
  /** The container's lock, if its caller holds it. */
  readonly lock: Fd | undefined;
}

/** Settles one container whose end its caller has waited for. */
export async function reconcileSeen(
  { paths, warn }: Pick<Engine, "paths" | "warn">,
  id: ContainerId,
  { exitCode, lock }: SeenEnd,
): Promise<void> {
  await attempt(id, warn, async () => {
    if (lock === undefined) await reconcileContainer(paths, id, exitCode);
    else await reconcileLocked(paths, id, exitCode);
  });
}

async function attempt(
  id: ContainerId,
  warn: Engine["warn"],
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    warn(`Cannot clear up after container ${shortId(id)}: ${why}`);
  }
}

async function reconcileContainer(
  paths: HostPaths,
  id: ContainerId,
  seen?: number,
): Promise<void> {
  const lock = tryLock(containerDirectory(paths, id));
  if (lock === "busy") return;
  if (lock === "missing") {
    removeOrphanedState(paths, id);
    return;
  }
  using _locked = lock;
  await reconcileLocked(paths, id, seen);
}

async function reconcileLocked(
  paths: HostPaths,
  id: ContainerId,
  seen: number | undefined,
): Promise<void> {
  const config = readConfig(paths, id);
  if (config === undefined) {
    removeHalfCreated(paths, id);
    return;
  }
  const running = findRunning(paths, id);
  if (running !== undefined && isRunning(running)) {
    // Its monitor was killed; whoever starts or stops it finds it running.
    if (running.withoutKeeper === "goes-on") return;
    // If it takes long to die, the next command looks again.
    if (!killProcess(running, DEATH_TIMEOUT_MS)) return;
  }
  const { oomKilled, isGone } = await endResources(paths, config);
  if (!isGone) return;
  const exit = readExit(paths, id);
  // The first may be damaged, or its keeper have died before it wrote it.
  const started = running ?? readStarted(paths, id);
  const neverStarted = started === undefined && exit === undefined &&
    !isKept(paths, id);
  if (config.autoRemove || neverStarted) {
    removeContainerFiles(paths, id);
    return;
  }
  // Its keeper may have died after it had written the end.
  if (started !== undefined && exit?.startedMs !== started.startedMs) {
    writeExit(paths, id, {
      exitCode: seen ?? unseenExitCode(running),
      startedMs: started.startedMs,
      finishedMs: Date.now(),
      oomKilled,
      restartCount: running?.restartCount ?? 0,
    });
  }
  removeState(paths, id);
}

/** The status of what has ended with nobody there to be told. */
function unseenExitCode(running: RunningRecord | undefined): number {
  const remains = running && exitStatusOfZombie(running);
  if (remains !== undefined) return exitCodeOf(decodeWaitStatus(remains));
  return running?.withoutKeeper === "goes-on" ? UNKNOWN : KILLED;
}

/**
 * Settles all containers when nothing is known of those that were running: the
 * host has been restarted.
 */
export function reconcileAfterBoot(paths: HostPaths): void {
  for (const id of listIds(paths)) {
    const lock = tryLock(containerDirectory(paths, id));
    if (lock === "busy" || lock === "missing") continue;
    using _locked = lock;
    const config = readConfig(paths, id);
    if (config === undefined) {
      removeHalfCreated(paths, id);
      continue;
    }
    // It is still there where the records were wiped and the host goes on.
    endCgroup(config);
    if (config.autoRemove) removeContainerFiles(paths, id);
    else endAtReboot(paths, config);
  }
}

/** What ran when the host went down has ended then, or a moment earlier. */
function endAtReboot(paths: HostPaths, { id }: ContainerConfig): void {
  const started = readStarted(paths, id);
  if (started === undefined) return;
  const { startedMs } = started;
  if (readExit(paths, id)?.startedMs === startedMs) return;
  writeExit(paths, id, {
    exitCode: KILLED,
    startedMs,
    finishedMs: Date.now(),
    oomKilled: false,
    restartCount: 0,
  });
}

/** A container that is half created or half removed; its lock is held. */
function removeHalfCreated(paths: HostPaths, id: ContainerId): void {
  // Only who says so loses what it holds, and ends what it runs.
  if (isConfigDamaged(paths, id)) return;
  const alone = tryLock(paths.states);
  // Somebody is creating a container right now, and may be about to lock it.
  if (alone === "busy") return;
  // Without the directory nobody can be creating one.
  if (alone === "missing") removeContainerFiles(paths, id);
  else {
    using _alone = alone;
    removeContainerFiles(paths, id);
  }
}

/** A state without a container: its creator died between two directories. */
function removeOrphanedState(paths: HostPaths, id: ContainerId): void {
  const alone = tryLock(paths.states);
  // Somebody is creating a container right now, perhaps this one.
  if (alone === "busy" || alone === "missing") return;
  using _alone = alone;
  const lock = tryLock(containerDirectory(paths, id));
  if (lock === "missing") removePath(stateDirectory(paths, id));
  else if (lock !== "busy") lock[Symbol.dispose]();
}
