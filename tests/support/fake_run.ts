/**
 * A container whose program is a script on the host, kept as `run` keeps one:
 * for tests of what others do to a running container.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerConfig } from "../../lib/engine/container_config.ts";
import type { CreatedContainer } from "../../lib/engine/containers/create.ts";
import { writeExit } from "../../lib/engine/containers/exit_record.ts";
import {
  stateDirectory,
  writeRunning,
} from "../../lib/engine/containers/records.ts";
import { identifyProcess } from "../../lib/runtime/process_identity.ts";
import { Output } from "./cli.ts";
import type { EngineRoots, LayeredDraft } from "./engine.ts";
import { runningRecord } from "./running_record.ts";

/** When a {@linkcode FakeRun} was started. */
export const STARTED_MS = 5;

/** What a container does that goes on until it is told to end. */
export const OBEYS = "trap 'exit 3' TERM; echo ready; read x";
/** What a container does that has no handler for SIGTERM, as process 1. */
export const IGNORES = "trap '' TERM; echo ready; read x";
/** What a container does that handles SIGTERM, but goes on. */
export const LINGERS = "trap : TERM; echo ready; while :; do read x; done";

/** A container that runs until it is disposed of, at the latest. */
export class FakeRun implements AsyncDisposable {
  readonly config: ContainerConfig;
  /** Its end, on record; gives the exit code. */
  readonly end: Promise<number>;
  readonly #child: Deno.ChildProcess;
  readonly #output: Output;

  private constructor(
    { paths }: EngineRoots,
    container: CreatedContainer,
    child: Deno.ChildProcess,
  ) {
    this.config = container.config;
    this.#child = child;
    this.#output = new Output(child.stdout, "a script");
    const identity = identifyProcess(child.pid);
    assert.ok(identity);
    const { id } = container.config;
    writeRunning(
      paths,
      id,
      runningRecord(identity, { startedMs: STARTED_MS }),
    );
    this.end = child.status.then(({ code }) => {
      using _locked = container;
      writeExit(paths, id, {
        exitCode: code,
        startedMs: STARTED_MS,
        finishedMs: Date.now(),
        oomKilled: false,
        restartCount: 0,
      });
      if (container.config.autoRemove) container.remove();
      else Deno.removeSync(stateDirectory(paths, id), { recursive: true });
      return code;
    });
  }

  /** Starts a script, and waits until it has written a line. */
  static async start(
    roots: EngineRoots,
    script: string,
    changes: Partial<LayeredDraft> = {},
  ): Promise<FakeRun> {
    const child = new Deno.Command("sh", {
      args: ["-c", script],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const run = new FakeRun(roots, roots.create(changes), child);
    assert.equal(await run.#output.line(), "ready");
    return run;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // Deno's word for a process that has ended.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.end;
    await this.#child.stdin.close().catch(() => undefined);
    await this.#output.cancel();
  }
}
