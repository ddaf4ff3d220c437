/**
 * A person's terminal, or a script's streams, connected to a container.
 *
 * @module
 */
import type { ContainerConfig } from "../../engine/container_config.ts";
import type {
  AttachClient,
  AttachEnd,
  AttachOptions,
} from "../../monitor/attach_client.ts";
import { detachKeysOf } from "../../runtime/stdio/detach_keys.ts";
import { SignalProxy } from "../../runtime/stdio/signal_proxy.ts";
import type { CommandContext } from "../context.ts";
import { EXIT_STATUS, ExitError } from "../errors.ts";
import { LEFT_MESSAGE } from "../session_terminal.ts";

/** What of the command line says how to connect. */
export interface SessionFlags {
  /** Whether the caller's stdin goes to the container, if that takes any. */
  readonly stdin: boolean;
  readonly detachKeys: string | undefined;
}

/**
 * How to connect to a container.
 *
 * @throws {ExitError} If it has a terminal and the caller has none.
 */
export function attachOptions(
  config: Pick<ContainerConfig, "tty" | "interactive">,
  { stdin, detachKeys }: SessionFlags,
  { stdinIsTerminal }: Pick<CommandContext, "stdinIsTerminal">,
): AttachOptions {
  const takesInput = stdin && config.interactive;
  if (config.tty && takesInput && !stdinIsTerminal()) {
    throw new ExitError(EXIT_STATUS.failure, "the input device is not a TTY");
  }
  const keys = detachKeysOf({ detachKeys });
  return {
    tty: config.tty,
    stdin: takesInput,
    // Without a terminal nobody types: what has these bytes is data.
    detachKeys: config.tty ? keys : new Uint8Array(0),
  };
}

/** What happens during a session and after it. */
export interface SessionEvents {
  /** Sends a signal; absent: the caller's signals end the session only. */
  readonly send?: (signal: number) => void;
  /** What is told who leaves it; absent: {@linkcode LEFT_MESSAGE}. */
  readonly leftMessage?: string;
}

/**
 * Carries a session out.
 *
 * @returns The exit status: the program's, or 0 if the session was left.
 */
export async function runSession(
  client: AttachClient,
  { send, leftMessage = LEFT_MESSAGE }: SessionEvents,
  { stderr }: Pick<CommandContext, "stderr">,
): Promise<number> {
  using session = client;
  if (send !== undefined) {
    new SignalProxy().attach({
      signal: send,
      resize: () => void session.resize(),
    });
  }
  const end: AttachEnd = await session.run();
  switch (end.kind) {
    case "exited":
      return end.exitCode;
    case "detached":
      stderr.write(leftMessage);
      return EXIT_STATUS.success;
    case "lost":
      stderr.write("tsdocker: the container's monitor has gone\n");
      return EXIT_STATUS.failure;
  }
}
