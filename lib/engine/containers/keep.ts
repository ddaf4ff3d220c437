/**
 * What a foreground `run` does while its container runs and when it has ended.
 *
 * @module
 */
import type { LogWriter } from "../../monitor/json_log/writer.ts";
import type { Launched } from "../../runtime/launch/launch.ts";
import { Departure } from "../../runtime/stdio/departure.ts";
import type { SignalProxy } from "../../runtime/stdio/signal_proxy.ts";
import type { Stdio } from "../../runtime/stdio/stdio.ts";
import type { Engine } from "../engine.ts";
import { tryEndResources } from "./end_resources.ts";
import type { CreatedContainer } from "./create.ts";
import { fateWithoutCaller } from "./fate.ts";
import { exitCodeOf } from "./exit_record.ts";
import {
  type ContainerEnd,
  killAfter,
  limitTime,
  putAway,
  recordEnd,
  recordStart,
} from "./life.ts";

/** How long a container may go on without its terminal. */
const HANGUP_GRACE_MS = 10_000;

/** A running container and its connections. */
export interface KeptProcess extends Pick<Launched, "process" | "terminal"> {
  readonly stdio: Stdio;
  readonly signals: SignalProxy;
  /** Where its output is written down, besides. */
  readonly log: LogWriter | undefined;
  /** What is typed to leave it, if it has a terminal and input. */
  readonly detachKeys: Uint8Array;
}

/**
 * Keeps a container until it ends or is left: copies its streams, passes signals
 * on, writes down that it runs and how it ended, and removes it if asked to.
 *
 * @returns `left` if a monitor keeps it now.
 */
export async function keepContainer(
  engine: Engine,
  container: CreatedContainer,
  kept: KeptProcess,
): Promise<ContainerEnd | "left"> {
  const { paths } = engine;
  const { config } = container;
  const { process, log } = kept;
  const life = recordStart(paths, config, {
    pid: process.pid,
    withoutKeeper: fateWithoutCaller(config),
    restartCount: 0,
  });
  using terminal = kept.terminal;
  const departure = departureFrom(engine, container, kept);
  using timers = new DisposableStack();
  using connection = kept.stdio.connect(terminal, {
    program: process.pidfd,
    // Process 1 ignores SIGHUP unless it handles it.
    onHangUp: () => void timers.use(killAfter(process, HANGUP_GRACE_MS)),
    onOutput: (stream, bytes) => log?.write(stream, bytes, Date.now()),
    ...(departure === undefined ? {} : { departure }),
  });
  if (!connection.hasEnded) {
    kept.signals.attach({
      signal: (number) => process.signal(number),
      resize: () => connection.resize(),
    });
  }
  const limit = timers.use(limitTime(process, config, 0));
  if (config.health !== undefined) {
    const { checkHealth } = await import("./health.ts");
    timers.use(checkHealth(engine, config));
  }
  const ended = process.wait();
  const status = await (departure?.outcome(ended) ?? ended);
  if (status === "left") return status;
  const exitCode = exitCodeOf(status);
  // Before its output can end: it may share the host's pids, and have more
  // processes than the first.
  const resources = await tryEndResources(paths, config);
  await connection.drain();
  const end = { exitCode, ...resources, ...limit.errorOf(exitCode) };
  recordEnd(paths, config, { ...end, ...life });
  putAway(paths, container, end);
  return end;
}

/** How a container can be left; without a terminal nobody types. */
function departureFrom(
  engine: Engine,
  container: CreatedContainer,
  { terminal, log, detachKeys }: KeptProcess,
): Departure | undefined {
  const { interactive } = container.config;
  if (terminal === undefined || !interactive) return undefined;
  return new Departure({
    keys: detachKeys,
    async handOver(): Promise<void> {
      const { leaveContainer } = await import("./leave.ts");
      await leaveContainer(engine, { ...container, terminal, log });
    },
    warn: engine.warn,
  });
}
