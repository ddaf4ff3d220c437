/**
 * `tsdocker start`: starts containers that exist.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { attachTo } from "../../engine/containers/attach.ts";
import { passSignal } from "../../engine/containers/kill.ts";
import { findConfig } from "../../engine/containers/look_up.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { startDetached } from "../../engine/containers/start.ts";
import type { Engine } from "../../engine/engine.ts";
import type { AttachClient } from "../../monitor/attach_client.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { engineOf } from "../engine.ts";
import { forEachTarget } from "../targets.ts";
import {
  attachOptions,
  runSession,
  type SessionFlags,
} from "./attach_session.ts";

/** The command `start`; with `-a` its status is the container's. */
export const startCommand = defineCommand({
  summary: "Start containers",
  description: "Those that run already are left alone.",
  positionals: [{ name: "CONTAINER", repeats: true }],
  flags: {
    attach: {
      type: "boolean",
      long: "attach",
      short: "a",
      description: "Show what it writes, and end with it",
    },
    interactive: {
      type: "boolean",
      long: "interactive",
      short: "i",
      description: "Connect stdin to the container, as well",
    },
    detachKeys: {
      type: "string",
      long: "detach-keys",
      placeholder: "keys",
      description: "What leaves it running (default ctrl-p,ctrl-q)",
    },
  },
}, async ({ options, positionals }, context) => {
  const engine = engineOf(context);
  await settle(engine);
  const [first = ""] = positionals;
  if (!options.attach && !options.interactive) {
    return await forEachTarget(positionals, context, {
      force: false,
      act: async (target) => void await startDetached(engine, target),
    });
  }
  if (positionals.length > 1) {
    throw new UsageError(
      "you cannot start and attach multiple containers at once",
    );
  }
  const flags = { stdin: options.interactive, detachKeys: options.detachKeys };
  return await startAttached(engine, first, { flags, context });
});

/** Starts a container and stays with it from its first word. */
async function startAttached(
  engine: Engine,
  reference: string,
  { flags, context }: {
    readonly flags: SessionFlags;
    readonly context: CommandContext;
  },
): Promise<number> {
  const { paths } = engine;
  const config = findConfig(paths, reference);
  const options = attachOptions(config, flags, context);
  const sessions: AttachClient[] = [];
  const attach = async (): Promise<void> => {
    sessions.push(await attachTo(paths, config.id, options));
  };
  const { isNew } = await startDetached(engine, reference, {
    ifRefused: "keep",
    onListening: attach,
  });
  if (!isNew) await attach();
  const [session] = sessions;
  if (session === undefined) throw new TypeError("Nobody listened");
  const send = (signal: number): void => passSignal(paths, config, signal);
  return await runSession(session, { send }, context);
}
