/**
 * `wait`: how a container ends.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import {
  awaitEnd,
  openProcess,
  statusOfEnded,
} from "../../runtime/opened_process.ts";
import type { Engine } from "../engine.ts";
import { keeperState } from "./keeper.ts";
import { readStatus } from "./list.ts";
import { findConfig } from "./look_up.ts";
import { reconcileSeen } from "./reconcile.ts";
import { exitCodeOf, readExit } from "./exit_record.ts";
import { readRunning, type RunningRecord } from "./records.ts";

type Surroundings = Pick<Engine, "paths" | "warn">;

const POLL_MS = 2;

/**
 * Waits until a container has ended.
 *
 * @param reference As `findContainer` takes it.
 * @returns Its exit code; of one that does not run at once, 0 if it never has.
 * @throws {NotFoundError} If there is none, or it was removed and nothing tells
 * how it has ended.
 */
export async function waitContainer(
  engine: Surroundings,
  reference: string,
): Promise<number> {
  const { paths } = engine;
  const config = findConfig(paths, reference);
  const { id } = config;
  for (;;) {
    const running = readRunning(paths, id);
    if (running !== undefined) {
      const seen = await processEnd(running);
      const exitCode = await recordedEnd(engine, id, { ...running, seen });
      if (exitCode !== undefined) return exitCode;
      throw new NotFoundError(`No such container: ${reference}`);
    }
    const { state } = readStatus(paths, config);
    if (state !== "restarting") return readExit(paths, id)?.exitCode ?? 0;
    await pause();
  }
}

/** How its process ends, if the kernel tells others than its keeper. */
async function processEnd(
  running: RunningRecord,
): Promise<number | undefined> {
  using process = openProcess(running);
  if (process === undefined) return undefined;
  await awaitEnd(process, Infinity);
  const status = statusOfEnded(process, running);
  return status && exitCodeOf(status);
}

interface AwaitedEnd extends Pick<RunningRecord, "startedMs"> {
  /** Its exit code as we have seen it. */
  readonly seen: number | undefined;
}

/** What is on record of a container that has ended; waits for its keeper. */
async function recordedEnd(
  { paths, warn }: Surroundings,
  id: ContainerId,
  { startedMs, seen }: AwaitedEnd,
): Promise<number | undefined> {
  for (;;) {
    const exit = readExit(paths, id);
    if (exit?.startedMs === startedMs) return exit.exitCode;
    const keeper = keeperState(paths, id);
    if (keeper === "removed") {
      return await loggedEnd(paths, id) ?? seen;
    }
    if (keeper === "none") {
      // Nobody was there to write down its end.
      await reconcileSeen({ paths, warn }, id, {
        exitCode: seen,
        lock: undefined,
      });
      return readExit(paths, id)?.exitCode ??
        await loggedEnd(paths, id) ?? seen;
    }
    // It is started again already, and may even have ended again.
    const isAnother = readRunning(paths, id)?.startedMs !== startedMs;
    if (isAnother && exit !== undefined) return exit.exitCode;
    await pause();
  }
}

/**
 * With --rm, nothing but an event is left to tell. By their order, not by their
 * time: the clock may have been set back.
 */
async function loggedEnd(
  paths: HostPaths,
  id: ContainerId,
): Promise<number | undefined> {
  const { readEvents } = await import("../event_log.ts");
  let exitCode: number | undefined;
  for (const event of readEvents(paths)) {
    if (event.id !== id) continue;
    // Whatever ended before is another life's.
    if (event.action === "start") exitCode = undefined;
    const { exitCode: text } = event.attributes;
    if (event.action === "die") exitCode = Number(text);
  }
  return exitCode;
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
