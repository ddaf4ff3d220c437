/**
 * A process around the cli that only remembers: what it writes can be read
 * back, and its environment is a map.
 *
 * @module
 */
import { hostPaths } from "../../lib/base/host_paths.ts";
import { createLogger } from "../../lib/base/log.ts";
import type { CommandContext, Host } from "../../lib/cli/context.ts";

/** A {@linkcode CommandContext} and what was written through it. */
export interface FakeHost extends CommandContext {
  /** All of stdout so far. */
  out(): string;
  /** All of stderr so far. */
  err(): string;
}

/** Makes one; by default no stream is a terminal and nothing is in `env`. */
export function fakeHost(changes: Partial<Host> = {}): FakeHost {
  const out: string[] = [];
  const err: string[] = [];
  return {
    client: undefined,
    stdout: { write: (text) => void out.push(text) },
    stderr: { write: (text) => void err.push(text) },
    env: new Map<string, string>(),
    stdinIsTerminal: () => false,
    stdoutIsTerminal: () => false,
    stderrSize: () => undefined,
    cwd: () => "/here",
    paths: hostPaths({ root: "/persistent", runRoot: "/volatile" }),
    log: createLogger("debug", (line) => err.push(line)),
    report: (error) => void err.push(`${error}\n`),
    ...changes,
    out: () => out.join(""),
    err: () => err.join(""),
  };
}
