/**
 * Health checks of a container, for as long as its program runs.
 *
 * @module
 */
import { LONGEST_TIMER_MS } from "../../base/duration.ts";
import { InvalidStateError } from "../../base/errors.ts";
import type { CheckResult } from "../../monitor/health.ts";
import { UNCHECKED } from "../../monitor/health_state.ts";
import type { ContainerConfig, HealthCheck } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { readStatus } from "./list.ts";
import { type HealthRecord, writeHealth } from "./records.ts";

/** Checks a container's health, if it is to be checked, until disposed of. */
export function checkHealth(
  engine: Engine,
  config: ContainerConfig,
): Disposable {
  const { health: check } = config;
  if (check === undefined) return { [Symbol.dispose]: () => undefined };
  const abort = new AbortController();
  void watch(engine, config, { check, signal: abort.signal });
  return { [Symbol.dispose]: () => abort.abort() };
}

/** What only a container with checks needs is loaded for one. */
async function watch(
  engine: Engine,
  config: ContainerConfig,
  { check, signal }: {
    readonly check: HealthCheck;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const record = healthRecorder(engine, config);
  // At once, in place of what was found before it was started again.
  record(UNCHECKED);
  const { watchHealth } = await import("../../monitor/health.ts");
  const { execCheck } = await import("./exec_check.ts");
  const timeoutMs = Math.min(check.timeoutMs, LONGEST_TIMER_MS);
  await watchHealth(check, {
    signal,
    run: () =>
      unlessIdle(
        engine,
        config,
        () => execCheck(engine, config.id, check.test, { timeoutMs }),
      ),
    record,
  });
}

/**
 * Writes down the health, and an event where it changes.
 *
 * @returns What never throws: on a full disk the container goes on, and what
 * the next check finds is written down.
 */
export function healthRecorder(
  { paths }: Pick<Engine, "paths">,
  config: ContainerConfig,
): (state: HealthRecord) => void {
  let before: HealthRecord["status"] = "starting";
  return (state) => {
    const { status } = state;
    try {
      writeHealth(paths, config.id, state);
    } catch {
      // See above; or the container has just been put away.
    }
    if (status === before) return;
    before = status;
    recordContainerEvent(paths, config, { action: `health_status: ${status}` });
  };
}

/** Nothing is found out about a container that is paused, or just ending. */
async function unlessIdle(
  { paths }: Engine,
  config: ContainerConfig,
  run: () => Promise<CheckResult>,
): Promise<CheckResult | undefined> {
  try {
    const result = await run();
    // Paused during the check, it may have failed for that reason.
    return readStatus(paths, config).state === "paused" ? undefined : result;
  } catch (error) {
    if (error instanceof InvalidStateError) return undefined;
    throw error;
  }
}
