/**
 * How a container lives once it is started, from the options of `run`.
 *
 * @module
 */
import { parseSignal, SIGNALS } from "../../ffi/constants/signal.ts";
import { UsageError } from "../base/errors.ts";
import type { ContainerConfig } from "./container_config.ts";
import { parseHealthCheck } from "./health_options.ts";
import { parseLogOptions } from "./log_options.ts";
import { parseRestartPolicy } from "./restart_policy.ts";
import type { RunOptions } from "./run_options.ts";

/** What of a configuration is about its life. */
export type LifecycleConfig = Pick<
  ContainerConfig,
  | "labels"
  | "restart"
  | "stopSignal"
  | "stopTimeoutS"
  | "timeoutS"
  | "health"
  | "log"
>;

const DEFAULT_STOP_TIMEOUT_S = 10;

/**
 * Reads how a container lives.
 *
 * @throws {UsageError} If a value is malformed, or options exclude each other.
 */
export function parseLifecycle(options: RunOptions): LifecycleConfig {
  const restart = parseRestartPolicy(options.restart ?? "");
  if (options.autoRemove && restart.name !== "no") {
    throw new UsageError(
      "conflicting options: cannot specify both --restart and --rm",
    );
  }
  if (options.replace && options.name === undefined) {
    throw new UsageError(
      "cannot replace container without --name being set",
      { advice: "--replace --name NAME" },
    );
  }
  const health = parseHealthCheck(options);
  return {
    labels: parseLabels(options.labels),
    restart,
    stopSignal: parseStopSignal(options.stopSignal),
    stopTimeoutS: Math.max(-1, options.stopTimeout ?? DEFAULT_STOP_TIMEOUT_S),
    ...timeout(options.timeout),
    ...(health === undefined ? {} : { health }),
    log: parseLogOptions(options),
  };
}

/**
 * Reads `KEY[=VALUE]` texts; of several of one key the last one counts.
 *
 * @throws {UsageError} If a key is empty.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseLabels(["a=1", "b", "a=x=y"]), { a: "x=y", b: "" });
 * ```
 */
export function parseLabels(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text) => {
    const equals = text.indexOf("=");
    if (text === "" || equals === 0) {
      throw new UsageError(`invalid label "${text}": its key is empty`, {
        advice: "-l KEY or -l KEY=VALUE",
      });
    }
    return equals < 0
      ? [text, ""]
      : [text.slice(0, equals), text.slice(equals + 1)];
  }));
}

/**
 * Reads the signal that asks a program to end.
 *
 * @param text A name or number; absent or empty is SIGTERM.
 * @throws {UsageError} In docker's words.
 */
export function parseStopSignal(text: string | undefined): number {
  if (text === undefined || text === "") return SIGNALS.SIGTERM;
  const signal = parseSignal(text);
  if (signal !== undefined) return signal;
  throw new UsageError(`invalid signal: ${text}`);
}

function timeout(
  seconds: number | undefined,
): Pick<ContainerConfig, "timeoutS"> {
  if (seconds === undefined || seconds === 0) return {};
  if (seconds > 0) return { timeoutS: seconds };
  throw new UsageError(`invalid timeout ${seconds}: it cannot be negative`);
}
