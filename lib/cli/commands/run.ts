/**
 * `tsdocker run`: makes a container, starts it, and stays until it ends.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { endLine } from "../../engine/containers/end_reason.ts";
import type { Engine } from "../../engine/engine.ts";
import type { RunEvents } from "../../engine/containers/run.ts";
import type { RunOptions, TraceFormat } from "../../engine/run_options.ts";
import type { Client } from "../../monitor/client.ts";
import { detachKeysOf } from "../../runtime/stdio/detach_keys.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import type { CommandContext } from "../context.ts";
import { EXIT_STATUS, exitStatusOf } from "../errors.ts";
import { assertTerminal } from "../session_terminal.ts";
import { RUN_FLAGS, toRunOptions } from "./run_options.ts";
import { needsMonitor } from "./run_flags/attach.ts";
import { parseWait } from "./run_flags/wait.ts";

/** The command `run`; its status is the container's. */
export const runCommand = defineCommand({
  summary: "Create and run a container",
  description:
    "IMAGE is the name or id of an image, which is pulled if it is not here; " +
    "or files: the path of a directory or a tar file (plain or compressed), " +
    "the name of one in the image path, or - for stdin. An archive of images " +
    "will do as well, docker-archive:FILE:NAME chooses one. What follows " +
    "IMAGE is run in the container as it is.\n\n" +
    "The exit status is the command's own; 128 plus its number if a signal " +
    "ended it; 127 if the command was not found, 126 if it could not be " +
    "executed, 125 if tsdocker itself failed.",
  positionals: [
    { name: "IMAGE" },
    { name: "COMMAND", optional: true },
    { name: "ARG", optional: true, repeats: true },
  ],
  stopsAtPositional: true,
  failureStatus: EXIT_STATUS.engineFailure,
  flags: RUN_FLAGS,
  examples: [
    {
      line: "run --rm images/busybox.tar echo hello",
      purpose: "runs one command and leaves nothing behind",
    },
    {
      line: "run --rm -it busybox sh",
      purpose: "gives you a shell in a container",
    },
    {
      line: 'run --rm -v "$PWD":/work -w /work -u 1000 busybox ls',
      purpose: "works on the current directory as another user",
    },
    {
      line: "run --explain --rm busybox true",
      purpose: "shows each step of making a container",
    },
  ],
}, async (invocation, context) => {
  const options = await toRunOptions(invocation, {
    env: context.env,
    readTextFile: (path) => Deno.readTextFileSync(path),
  });
  const { trace } = options;
  const waitMs = parseWait(invocation.options);
  const engine = engineOf(context);
  if (trace?.mode === "dry-run") {
    const { dryRun } = await import("../../engine/containers/dry_run.ts");
    const { formatPlan } = await import("../output/plan.ts");
    const { format } = trace;
    const { plan, ...networks } = await dryRun(engine, options);
    context.stdout.write(formatPlan(plan, { format, networks }));
    return EXIT_STATUS.success;
  }
  if (options.detach) {
    if (invocation.options.attach.length > 0) {
      throw new UsageError("Conflicting options: -a and -d");
    }
    const { client } = context;
    const id = waitMs === undefined && client !== undefined
      ? await runForClient(engine, options, { client, context })
      : await runWithMonitor(engine, options);
    // It has been kept to its end, and told of at its start.
    if (id === undefined) return EXIT_STATUS.success;
    context.stdout.write(`${id}\n`);
    if (waitMs === undefined) return EXIT_STATUS.success;
    const { stayUntilReady } = await import("./run_wait.ts");
    return await stayUntilReady(context, id, waitMs);
  }
  assertTerminal(options, context);
  if (needsMonitor(options, invocation.options) && trace === undefined) {
    const { runAttached } = await import("./run_attached.ts");
    const flags = invocation.options;
    return await runAttached(engine, options, { flags, context });
  }
  const detachKeys = detachKeysOf(invocation.options);
  const { runContainer } = await import("../../engine/containers/run.ts");
  const end = await runContainer(engine, options, {
    detachKeys,
    ...(trace && await explainTo(context, trace.format)),
    onKilled: (config, reason) => context.stderr.write(endLine(config, reason)),
  });
  return end === "left" ? EXIT_STATUS.success : end;
});

async function runWithMonitor(
  engine: Engine,
  options: RunOptions,
): Promise<ContainerId> {
  const { runDetached } = await import(
    "../../engine/containers/run_detached.ts"
  );
  return await runDetached(engine, options);
}

/** Gives the id of a container that is not kept by this process. */
async function runForClient(
  engine: Engine,
  options: RunOptions,
  { client, context }: {
    readonly client: Client;
    readonly context: CommandContext;
  },
): Promise<ContainerId | undefined> {
  const { runAsMonitor } = await import(
    "../../engine/containers/run_as_monitor.ts"
  );
  return await runAsMonitor(engine, options, {
    client,
    onStarted: (finish) => statusOfPrinting(finish, context),
  });
}

/** The container runs, even if that cannot be told. */
function statusOfPrinting(
  finish: () => ContainerId,
  { stdout, report }: CommandContext,
): number {
  try {
    stdout.write(`${finish()}\n`);
    return EXIT_STATUS.success;
  } catch (error) {
    report(error);
    return exitStatusOf(error, EXIT_STATUS.engineFailure);
  }
}

/** Writes what each step did to stderr: stdout belongs to the container. */
async function explainTo(
  { stderr }: CommandContext,
  format: TraceFormat,
): Promise<RunEvents> {
  const { formatPlan } = await import("../output/plan.ts");
  return {
    onLaunched({ plan, launched, network: state }): void {
      const networks = state && { networks: { state } };
      stderr.write(formatPlan(plan, { format, ...networks }, launched));
    },
  };
}
