/**
 * `--wait` of `run`: stays until the container is ready, and says why it is not.
 *
 * @module
 */
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import { type Readiness, waitReady } from "../../engine/containers/ready.ts";
import {
  logDirectory,
  readConfig,
  readHealth,
} from "../../engine/containers/records.ts";
import { readLog } from "../../monitor/json_log/reader.ts";
import type { CommandContext } from "../context.ts";
import { EXIT_STATUS } from "../errors.ts";
import { printable } from "../output/printable.ts";

/** Status of having waited in vain, as timeout(1) has it. */
const TIMED_OUT = 124;
/** Of the log, to see what it was about. */
const LAST_LINES = 10;

/**
 * Waits until a container is ready. If it will not be, says why, with the end
 * of its log.
 *
 * @param timeoutMs `Infinity` waits for as long as it takes.
 * @returns The exit status: 0 once it is ready, its own if it ended with one,
 * 124 if it took too long, else 1.
 */
export async function stayUntilReady(
  { paths, stderr }: CommandContext,
  id: ContainerId,
  timeoutMs: number,
): Promise<number> {
  const readiness = await waitReady(paths, id, timeoutMs);
  if (readiness.kind === "ready") return EXIT_STATUS.success;
  const name = readConfig(paths, id)?.name ?? shortId(id);
  stderr.write(`tsdocker: container ${name} ${reason(readiness)}\n`);
  const check = readHealth(paths, id)?.log.at(-1);
  if (check !== undefined && check.exitCode !== 0) {
    const output = check.output.trimEnd();
    const said = output === "" ? "" : `: ${printable(output)}`;
    stderr.write(`last check: status ${check.exitCode}${said}\n`);
  }
  const directory = logDirectory(paths, id);
  const log = readLog(directory, { tail: LAST_LINES, now: () => Date.now() });
  for await (const entries of log) {
    for (const { log: line } of entries) {
      stderr.write(`${printable(line.trimEnd())}\n`);
    }
  }
  return statusOf(readiness);
}

type Failure = Exclude<Readiness, { kind: "ready" }>;

function reason(failure: Failure): string {
  switch (failure.kind) {
    case "ended":
      return `has ended with status ${failure.exitCode}`;
    case "timeout":
      return "is not ready yet";
    case "unhealthy":
      return "is unhealthy";
  }
}

function statusOf(failure: Failure): number {
  switch (failure.kind) {
    case "ended":
      return failure.exitCode || EXIT_STATUS.failure;
    case "timeout":
      return TIMED_OUT;
    case "unhealthy":
      return EXIT_STATUS.failure;
  }
}
