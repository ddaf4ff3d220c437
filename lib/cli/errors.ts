/**
 * From an error to what the user sees: text for stderr, and an exit status.
 *
 * @module
 */
import {
  StartError,
  startStatus,
  TsdockerError,
  UsageError,
} from "../base/errors.ts";
import { printable } from "./output/printable.ts";

/** Statuses of our own doing; anything else is the container's. */
export const EXIT_STATUS = {
  success: 0,
  failure: 1,
  /** `run` could not do its work. */
  engineFailure: 125,
  /** 128 + SIGPIPE, as a program that wrote to a closed pipe. */
  outputClosed: 141,
} as const;

/**
 * A failure whose exit status docker's scripts know, unlike that of the
 * command's other failures.
 */
export class ExitError extends TsdockerError {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** Whoever read our stdout has gone; there is no one to tell. */
export class OutputClosedError extends Error {
  override readonly name = "OutputClosedError";
}

/**
 * The exit status an error means.
 *
 * @param failureStatus The command's own status for failures.
 */
export function exitStatusOf(thrown: unknown, failureStatus: number): number {
  const error = firstFailure(thrown);
  if (error instanceof OutputClosedError) return EXIT_STATUS.outputClosed;
  if (error instanceof StartError) return startStatus(error);
  if (error instanceof ExitError) return error.status;
  return failureStatus;
}

/** How {@linkcode errorText} is to write an error. */
export interface ErrorTextOptions {
  /** What follows `tsdocker`, for the pointer to its help; absent for none. */
  readonly command: string | undefined;
  /** Whether to show the causes with their stacks. */
  readonly debug: boolean;
}

/**
 * The text of an error, ending in a newline: one line of what and why, then
 * what to try, and with `debug` the chain of causes with stacks.
 */
export function errorText(thrown: unknown, options: ErrorTextOptions): string {
  const error = firstFailure(thrown);
  let text = `tsdocker: ${printable(messageOf(error))}\n`;
  const advice = adviceOf(error);
  if (advice !== undefined) text += `\ntry: ${printable(advice)}\n`;
  if (error instanceof UsageError) {
    const words = ["tsdocker", options.command ?? "", "--help"];
    text += `See '${words.filter((word) => word !== "").join(" ")}'.\n`;
  }
  if (options.debug) text += `\n${causeChain(thrown)}`;
  return text;
}

/** Of our own words and Deno's: an error of another process is a text. */
const FULL_DISK = /\bENOSPC\b|\(os error 28\)/;

/** Its own, or what always helps. */
function adviceOf(error: unknown): string | undefined {
  if (error instanceof TsdockerError && error.advice !== undefined) {
    return error.advice;
  }
  return FULL_DISK.test(messageOf(error)) ? "tsdocker system prune" : undefined;
}

/** What went wrong before undoing it failed too. */
function firstFailure(error: unknown): unknown {
  return error instanceof SuppressedError
    ? firstFailure(error.suppressed)
    : error;
}

/** The message alone; a mistake of ours says that it is one. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isOurs = error instanceof TypeError || error instanceof RangeError ||
    error instanceof ReferenceError;
  if (!isOurs) return error.message;
  return `Internal error: ${error.message} (--debug shows where)`;
}

function causeChain(thrown: unknown): string {
  const links: string[] = [];
  const seen = new Set<unknown>();
  for (
    let link = firstFailure(thrown);
    link !== undefined && !seen.has(link);
  ) {
    seen.add(link);
    const isError: boolean = link instanceof Error;
    const text = isError ? (link as Error).stack ?? String(link) : String(link);
    links.push(text.split("\n").map(printable).join("\n"));
    link = isError ? (link as Error).cause : undefined;
  }
  const chain = `${links.join("\nCaused by: ")}\n`;
  return thrown instanceof SuppressedError
    ? `${chain}\nUndoing it failed: ${causeChain(thrown.error)}`
    : chain;
}
