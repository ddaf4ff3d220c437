/**
 * From arguments to exit status: finds the command, runs it, and is the only
 * place that turns an error into text and status.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import { createLogger } from "../base/log.ts";
import { type CommandEntry, COMMANDS } from "./command_table.ts";
import type { CommandContext, Host } from "./context.ts";
import { type Resolution, resolveCommand } from "./resolve_command.ts";
import { denoHost } from "./deno_host.ts";
import {
  errorText,
  EXIT_STATUS,
  exitStatusOf,
  OutputClosedError,
} from "./errors.ts";
import {
  GLOBAL_SPEC,
  type GlobalOptions,
  logLevelFor,
  pathsFor,
} from "./global_flags.ts";
import { parseArguments } from "./parse.ts";
import { assertUnicode } from "./unicode.ts";

/** What is known so far, for an error that may come. */
interface Situation {
  /** What follows `tsdocker`, once it is known to exist. */
  command: string | undefined;
  failureStatus: number;
  debug: boolean;
}

/**
 * Runs tsdocker.
 *
 * @param args The arguments, without the program's name.
 * @param host The process around; tests pass their own.
 * @param commands The commands there are; tests pass their own.
 * @returns The exit status; an error has been reported by then. A container's
 * own status passes through.
 */
export async function main(
  args: readonly string[],
  host: Host = denoHost(),
  commands: readonly CommandEntry[] = COMMANDS,
): Promise<number> {
  const situation: Situation = {
    command: undefined,
    failureStatus: EXIT_STATUS.engineFailure,
    debug: false,
  };
  try {
    return await dispatch(args, { host, commands, situation });
  } catch (error) {
    report(error, host, situation);
    return exitStatusOf(error, situation.failureStatus);
  }
}

interface Surroundings {
  readonly host: Host;
  readonly commands: readonly CommandEntry[];
  readonly situation: Situation;
}

async function dispatch(
  args: readonly string[],
  { host, commands, situation }: Surroundings,
): Promise<number> {
  assertUnicode(args, () => Deno.readFileSync("/proc/self/cmdline"));
  const { options, positionals, help } = parseArguments(GLOBAL_SPEC, "", args);
  situation.debug = options.debug;
  if (options.version) {
    const { versionLine } = await import("./commands/version.ts");
    return print(host, versionLine());
  }
  const [first, ...rest] = positionals;
  if (help || first === undefined) {
    const { frontPage } = await import("./pages.ts");
    return print(host, await frontPage(commands));
  }

  situation.failureStatus = EXIT_STATUS.failure;
  const found = resolveCommand([first, ...rest], commands);
  situation.command = found.kind === "group" ? found.group : found.name;
  if (found.kind === "group") {
    const spec = { flags: {}, positionals: [] };
    parseArguments(spec, found.group, found.args);
    const { groupPage } = await import("./pages.ts");
    return print(host, await groupPage(found.group, commands));
  }

  await begin(found, options, host.cwd());
  const command = await found.entry.load();
  situation.failureStatus = command.spec.failureStatus ?? EXIT_STATUS.failure;
  const context = contextOf(host, options, situation);
  const status = await command.execute(found.name, found.args, context);
  if (status !== "help") return status;
  const { commandPage } = await import("./pages.ts");
  return print(host, await commandPage(found.entry, found.name));
}

/** What is wrong with the paths is reported with the command's own status. */
async function begin(
  { entry, args }: Extract<Resolution, { kind: "command" }>,
  options: GlobalOptions,
  cwd: string,
): Promise<void> {
  if (entry.begin === undefined) return;
  try {
    await entry.begin(args, pathsFor(options, cwd));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
}

function contextOf(
  host: Host,
  options: GlobalOptions,
  situation: Situation,
): CommandContext {
  return {
    ...host,
    paths: pathsFor(options, host.cwd()),
    log: createLogger(logLevelFor(options), (line) => host.stderr.write(line)),
    report: (error) => report(error, host, situation),
  };
}

function report(error: unknown, host: Host, situation: Situation): void {
  if (error instanceof OutputClosedError) return;
  host.stderr.write(errorText(error, situation));
}

function print(host: Host, text: string): number {
  host.stdout.write(text);
  return EXIT_STATUS.success;
}
