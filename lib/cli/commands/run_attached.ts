/**
 * `run` in the foreground of a container that can go on without it: one that is
 * started again when it ends, or that is left by keys or signals.
 *
 * @module
 */
import { attachTo } from "../../engine/containers/attach.ts";
import { passSignal } from "../../engine/containers/kill.ts";
import { runDetached } from "../../engine/containers/run_detached.ts";
import type { ContainerConfig } from "../../engine/container_config.ts";
import type { Engine } from "../../engine/engine.ts";
import type { RunOptions } from "../../engine/run_options.ts";
import type { AttachClient } from "../../monitor/attach_client.ts";
import type { CommandContext } from "../context.ts";
import { attachOptions, runSession } from "./attach_session.ts";
import type { AttachFlags } from "./run_flags/attach.ts";

/**
 * Runs a container and stays with it from its first word.
 *
 * @returns The exit status: the program's, or 0 if the session was left.
 */
export async function runAttached(
  engine: Engine,
  options: RunOptions,
  { flags, context }: {
    readonly flags: AttachFlags;
    readonly context: CommandContext;
  },
): Promise<number> {
  const { paths } = engine;
  const names = flags.attach.map((name) => name.toLowerCase());
  const stdin = names.length === 0 || names.includes("stdin");
  const session = { stdin, detachKeys: flags.detachKeys };
  const kept: { client: AttachClient; config: ContainerConfig }[] = [];
  await runDetached(engine, options, {
    async onListening(config): Promise<void> {
      const how = attachOptions(config, session, context);
      const outputs = names.filter((name) => name !== "stdin");
      kept.push({
        config,
        client: await attachTo(paths, config.id, {
          ...how,
          ...(outputs.length === 0 ? {} : { outputs }),
        }),
      });
    },
  });
  const [attached] = kept;
  if (attached === undefined) throw new TypeError("Nobody listened");
  const { client, config } = attached;
  const send = (signal: number): void => passSignal(paths, config, signal);
  const isProxied = flags.sigProxy === "true";
  const events = { ...(isProxied ? { send } : {}), leftMessage: "" };
  return await runSession(client, events, context);
}
