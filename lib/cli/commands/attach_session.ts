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
import {
  DEFAULT_DETACH_KEYS,
  parseDetachKeys,
} from "../../monitor/detach_keys.ts";
import { SignalProxy } from "../../runtime/stdio/signal_proxy.ts";
import type { CommandContext } from "../context.ts";
import { EXIT_STATUS, ExitError } from "../errors.ts";

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
  const keys = detachKeys === undefined
    ? DEFAULT_DETACH_KEYS
    : parseDetachKeys(detachKeys);
  return {
    tty: config.tty,
    stdin: takesInput,
    // Without a terminal nobody types: what has these bytes is data.
    detachKeys: config.tty ? keys : new Uint8Array(0),
  };
}

/** Whether the caller's signals go to the container. */
export interface SessionSignals {
  /** Sends one; absent: the caller's signals end the session only. */
  readonly send?: (signal: number) => void;
}

/**
 * Carries a session out.
 *
 * @returns The exit status: the program's, or 0 if the session was left.
 */
export async function runSession(
  client: AttachClient,
  { send }: SessionSignals,
  { stderr }: Pick<CommandContext, "stderr">,
): Promise<number> {
  using session = client;
  if (send !== undefined) {
    new SignalProxy().attach({
      signal: send,
      resize: () => void session.resize(),
    });
  }
  return statusOf(await session.run(), { stderr });
}

function statusOf(
  end: AttachEnd,
  { stderr }: Pick<CommandContext, "stderr">,
): number {
  switch (end.kind) {
    case "exited":
      return end.exitCode;
    case "detached":
      stderr.write("read escape sequence\n");
      return EXIT_STATUS.success;
    case "lost":
      stderr.write("tsdocker: the container's monitor has gone\n");
      return EXIT_STATUS.failure;
  }
}
