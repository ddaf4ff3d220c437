/**
 * `tsdocker attach`: connects to a running container.
 *
 * @module
 */
import { InvalidStateError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerConfig } from "../../engine/container_config.ts";
import { attachTo } from "../../engine/containers/attach.ts";
import { readStatus } from "../../engine/containers/list.ts";
import { passSignal } from "../../engine/containers/kill.ts";
import { findConfig } from "../../engine/containers/look_up.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { attachOptions, runSession } from "./attach_session.ts";

/** The command `attach`; its status is the container's. */
export const attachCommand = defineCommand({
  summary: "Attach to a running container",
  description:
    "Shows what it writes from now on, and passes on what you type. " +
    "ctrl-p ctrl-q leaves it running.",
  positionals: [{ name: "CONTAINER" }],
  flags: {
    detachKeys: {
      type: "string",
      long: "detach-keys",
      placeholder: "keys",
      description: "What leaves it running (default ctrl-p,ctrl-q)",
    },
    noStdin: {
      type: "boolean",
      long: "no-stdin",
      description: "Do not pass on what you type",
    },
    sigProxy: {
      type: "string",
      long: "sig-proxy",
      placeholder: "true|false",
      choices: ["true", "false"],
      implied: "true",
      default: "true",
      description: "Pass signals on to it",
    },
  },
}, async ({ options, positionals: [reference = ""] }, context) => {
  const engine = engineOf(context);
  await settle(engine);
  const { paths } = engine;
  const config = findConfig(paths, reference);
  requireRunning(paths, config);
  const client = await attachTo(
    paths,
    config.id,
    attachOptions(
      config,
      { stdin: !options.noStdin, detachKeys: options.detachKeys },
      context,
    ),
  );
  const send = (signal: number): void => passSignal(paths, config, signal);
  const isProxied = options.sigProxy === "true";
  return await runSession(client, isProxied ? { send } : {}, context);
});

/** In docker's words. */
function requireRunning(paths: HostPaths, config: ContainerConfig): void {
  const { state } = readStatus(paths, config);
  if (state === "running") return;
  const [what, remedy] = state === "paused"
    ? ["paused", "unpause"]
    : state === "restarting"
    ? ["restarting", "wait for"]
    : ["stopped", "start"];
  throw new InvalidStateError(
    config.id,
    "attach",
    state,
    `You cannot attach to a ${what} container, ${remedy} it first`,
  );
}
