/**
 * Health checks of a container, for as long as its program runs.
 *
 * @module
 */
import { InvalidStateError } from "../../base/errors.ts";
import type { CheckResult } from "../../monitor/health.ts";
import type { ContainerConfig, HealthCheck } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { readHealth, writeHealth } from "./records.ts";

/** Checks a container's health, if it is to be checked, until disposed of. */
export function checkHealth(
  engine: Engine,
  config: ContainerConfig,
): Disposable {
  const abort = new AbortController();
  if (config.health !== undefined) {
    void watch(engine, config, { check: config.health, signal: abort.signal });
  }
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
  const { paths } = engine;
  const { id } = config;
  const { watchHealth } = await import("../../monitor/health.ts");
  const { execCheck } = await import("./exec_check.ts");
  await watchHealth(check, {
    signal,
    run: () => unlessIdle(() => execCheck(engine, id, check.test, check)),
    record(state): void {
      if (signal.aborted) return;
      const before = readHealth(paths, id)?.status;
      writeHealth(paths, id, state);
      if (before === undefined || before === state.status) return;
      recordContainerEvent(paths, config, {
        action: `health_status: ${state.status}`,
      });
    },
  });
}

/** Nothing is found out about a container that is paused, or just ending. */
async function unlessIdle(
  run: () => Promise<CheckResult>,
): Promise<CheckResult | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof InvalidStateError) return undefined;
    throw error;
  }
}
