/**
 * A container's program between its start and its end, as its monitor has it.
 *
 * @module
 */
import { setWindowSize } from "../../../ffi/calls/terminal.ts";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import type {
  AttachHandler,
  AttachServer,
} from "../../monitor/attach_server.ts";
import {
  adoptedStdio,
  type DetachedConnection,
  type DetachedStdio,
  detachedStdio,
  terminalStdio,
} from "../../monitor/detached_stdio.ts";
import type { ContainerProcess } from "../../runtime/launch/container_process.ts";
import { processAgeMs } from "../../runtime/process_identity.ts";
import { drain } from "../../runtime/stdio/drain.ts";
import { writeAll } from "../../runtime/stdio/pump.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import type { CreatedContainer } from "./create.ts";
import { tryEndResources } from "./end_resources.ts";
import { exitCodeOf } from "./exit_record.ts";
import { checkHealth } from "./health.ts";
import { launchContainer } from "./launch_container.ts";
import {
  type ContainerEnd,
  type Life,
  limitTime,
  ownIdentity,
  recordEnd,
  recordStart,
} from "./life.ts";
import { openContainerLog } from "./log.ts";
import { type RunningRecord, writeRunning } from "./records.ts";

/** What stays while a container is started again and again. */
export interface Surroundings {
  readonly engine: Engine;
  readonly container: CreatedContainer;
  readonly server: AttachServer;
}

/** A program that runs. */
export interface RunningLife extends Life {
  readonly pid: number;
  /**
   * Passes on what it writes, until it has ended and that is written down. To
   * be called once, before this thread waits for anything else.
   */
  follow(): Promise<EndedLife>;
}

/** A program that has run. */
export interface EndedLife extends ContainerEnd {
  /** For how long it was followed; no change of the host's clock touches it. */
  readonly ranMs: number;
}

/** A program and its streams. */
interface Connected {
  readonly process: ContainerProcess;
  readonly terminal: Fd | undefined;
  readonly stdio: DetachedStdio;
}

/**
 * Starts the program of a container.
 *
 * @param restartCount How often it has been started again.
 * @throws {StartError} If it cannot be started.
 */
export async function startLife(
  surroundings: Surroundings,
  restartCount: number,
): Promise<RunningLife> {
  const { engine, container } = surroundings;
  const { launched, stdio } = await launchContainer(engine, container, {
    tracing: "off",
    withoutKeeper: "goes-on",
    openStdio: detachedStdio,
  });
  using undo = new DisposableStack();
  undo.use(stdio);
  undo.use(launched.terminal);
  // What is not on record would run on, unknown to anybody.
  undo.defer(() => launched.process.signal(SIGNALS.SIGKILL));
  const life = recordStart(engine.paths, container.config, {
    pid: launched.process.pid,
    withoutKeeper: "goes-on",
    restartCount,
  });
  undo.move();
  return runningLife(surroundings, { ...launched, stdio }, {
    ...life,
    ageMs: 0,
  });
}

/**
 * Takes over a container that runs already. If its monitor was killed, its
 * terminal is lost: it was hung up then.
 *
 * @param terminal Its master side, from who has kept it.
 * @returns `undefined` if it has just ended.
 */
export async function adoptLife(
  surroundings: Surroundings,
  running: RunningRecord,
  terminal?: Fd,
): Promise<RunningLife | undefined> {
  const { engine: { paths }, container: { config } } = surroundings;
  const { adoptProcess } = await import("../../runtime/adopted_process.ts");
  const process = adoptProcess(running);
  if (process === undefined) return undefined;
  const stdio = terminal === undefined
    ? adoptedStdio(process.pid, config)
    : terminalStdio(config);
  writeRunning(paths, config.id, { ...running, keeper: ownIdentity() });
  const ageMs = processAgeMs(running);
  const life = { ...running, ageMs };
  return runningLife(surroundings, { process, stdio, terminal }, life);
}

/** A program that nobody follows yet: first, whoever waits for it is told. */
function runningLife(
  { engine, container: { config }, server }: Surroundings,
  { process, terminal, stdio }: Connected,
  { ageMs, ...life }: Life & { readonly ageMs: number },
): RunningLife {
  const { paths } = engine;
  const beginMs = performance.now();
  const resources = new DisposableStack();
  resources.use(stdio);
  resources.use(terminal);
  resources.use(checkHealth(engine, config));
  return {
    ...life,
    pid: process.pid,
    async follow(): Promise<EndedLife> {
      using _resources = resources;
      const log = resources.use(openContainerLog(paths, config));
      const connection = stdio.connect(terminal, async (stream, bytes) => {
        log?.write(stream, bytes, Date.now());
        await server.broadcast(stream, bytes);
      });
      server.serve(attachHandler(config, connection, terminal));
      const limit = resources.use(limitTime(process, config, ageMs));
      const exitCode = exitCodeOf(await process.wait());
      const ranMs = performance.now() - beginMs;
      using _hurry = server.hurry();
      // Before its output can end: it may share the host's pids, and have more
      // processes than the first.
      const given = await tryEndResources(paths, config);
      const end = { exitCode, ...given, ...limit.errorOf(exitCode) };
      await drain(connection.outputs);
      recordEnd(paths, config, { ...end, ...life });
      return { ...end, ranMs };
    },
  };
}

/** Passes on what those who are attached send. */
function attachHandler(
  { stdinOnce = true }: Pick<ContainerConfig, "stdinOnce">,
  { input }: DetachedConnection,
  terminal: Fd | undefined,
): AttachHandler {
  return {
    async onInput(bytes): Promise<void> {
      if (input === undefined || !input.isOpen) return;
      await writeAll(input, bytes);
    },
    onEndOfInput(): void {
      // A terminal is never closed: others may attach to it.
      if (terminal === undefined && stdinOnce) input?.[Symbol.dispose]();
    },
    onResize(size): void {
      if (terminal === undefined || !terminal.isOpen) return;
      try {
        setWindowSize(terminal.number, size);
      } catch (error) {
        // EIO: the container has just ended.
        if (!isSyscallError(error, "EIO")) throw error;
      }
    },
  };
}
