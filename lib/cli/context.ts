/**
 * What a command gets to work with, and nothing global: tests pass their own.
 *
 * @module
 */
import type { Logger } from "../base/log.ts";
import type { HostPaths } from "../base/host_paths.ts";
import type { Client } from "../monitor/client.ts";

/** Somewhere text goes; each call writes all of it before it returns. */
export interface TextWriter {
  write(text: string): void;
}

/** A reader of variables, such as `Deno.env` or a `Map`. */
export interface Environment {
  get(name: string): string | undefined;
}

/** In characters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** The process around the command. */
export interface Host {
  /** Results only. */
  readonly stdout: TextWriter;
  /** Progress, warnings, errors. */
  readonly stderr: TextWriter;
  /** The caller's environment. */
  readonly env: Environment;
  /** Whether the caller's stdin is a terminal. */
  stdinIsTerminal(): boolean;
  /** Whether the caller's stdout is a terminal. */
  stdoutIsTerminal(): boolean;
  /** How wide and high the terminal is that stderr is, if it is one. */
  stderrSize(): ScreenSize | undefined;
  /** The caller's working directory. */
  cwd(): string;
}

/** A {@linkcode Host} with the global flags applied. */
export interface CommandContext extends Host {
  /** Where everything is, after `--root` and `--run-root`. */
  readonly paths: HostPaths;
  /** Who waits for this process to have started a container, if anybody does. */
  readonly client: Client | undefined;
  /** Diagnostics to stderr, after `--log-level` and `--debug`. */
  readonly log: Logger;
  /** Writes an error as `main` would, for commands that go on after one. */
  report(error: unknown): void;
}
