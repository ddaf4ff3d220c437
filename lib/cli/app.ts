/**
 * From arguments to exit status: finds the command, runs it, and is the only
 * place that turns an error into text and status.
 *
 * @module
 */
import { createLogger } from "../base/log.ts";
import type { Client } from "../monitor/client.ts";
import { type CommandEntry, COMMANDS } from "./command_table.ts";
import type { CommandContext, Host } from "./context.ts";
import { resolveCommand } from "./resolve_command.ts";
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
  const client = await clientOf(options);
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

  const command = await found.entry.load();
  situation.failureStatus = command.spec.failureStatus ?? EXIT_STATUS.failure;
  const context = contextOf(host, options, { situation, client });
  const status = await command.execute(found.name, found.args, context);
  if (status !== "help") return status;
  const { commandPage } = await import("./pages.ts");
  return print(host, await commandPage(found.entry, found.name));
}

/** First of all: this process is not to outlive who waits for it. */
async function clientOf(
  { client }: GlobalOptions,
): Promise<Client | undefined> {
  if (client === undefined) return undefined;
  const { Client } = await import("../monitor/client.ts");
  return new Client(client);
}

function contextOf(
  host: Host,
  options: GlobalOptions,
  { situation, client }: {
    readonly situation: Situation;
    readonly client: Client | undefined;
  },
): CommandContext {
  return {
    ...host,
    client,
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
