/**
 * The process we are, as a {@linkcode Host}.
 *
 * @module
 */
import { blockThread } from "../base/block_thread.ts";
import { QUICK_TUNABLES } from "../runtime/launch/self_invocation.ts";
import type { Host, TextWriter } from "./context.ts";
import { OutputClosedError } from "./errors.ts";

/** What is needed of `Deno.stdout` and `Deno.stderr`. */
interface SyncWriter {
  writeSync(bytes: Uint8Array): number;
}

const RETRY_AFTER_MS = 1;

/** The process's own streams and environment. */
export function denoHost(): Host {
  const stderr = textWriter(Deno.stderr);
  return {
    stdout: textWriter(Deno.stdout),
    stderr: {
      write(text: string): void {
        try {
          stderr.write(text);
        } catch (error) {
          // There is nowhere left to say that stderr is gone.
          if (!(error instanceof OutputClosedError)) throw error;
        }
      },
    },
    env: { get: callersVariable },
    stdinIsTerminal: () => Deno.stdin.isTerminal(),
    stdoutIsTerminal: () => Deno.stdout.isTerminal(),
    stderrSize: () => Deno.stderr.isTerminal() ? Deno.consoleSize() : undefined,
    cwd: () => Deno.cwd(),
  };
}

/** A variable of the caller's; not what the portable file's starter has set. */
function callersVariable(name: string): string | undefined {
  const value = Deno.env.get(name);
  return value === QUICK_TUNABLES ? undefined : value;
}

/**
 * Writes text as UTF-8, all of it before returning.
 *
 * @param stream It may be non-blocking, as a pipe shared with another program
 * can be: it is then tried again until it takes the rest.
 * @returns A writer that throws {@linkcode OutputClosedError} on `EPIPE`.
 */
export function textWriter(stream: SyncWriter): TextWriter {
  const encoder = new TextEncoder();
  return {
    write(text: string): void {
      let bytes = encoder.encode(text);
      while (bytes.length > 0) {
        bytes = bytes.subarray(writeSome(stream, bytes));
      }
    },
  };
}

function writeSome(stream: SyncWriter, bytes: Uint8Array): number {
  try {
    return stream.writeSync(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.WouldBlock) {
      blockThread(RETRY_AFTER_MS);
      return 0;
    }
    if (error instanceof Deno.errors.BrokenPipe) {
      throw new OutputClosedError("Nobody reads stdout", { cause: error });
    }
    throw error;
  }
}
