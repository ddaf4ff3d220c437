/**
 * The engine as this command line wants it: paths from the flags, the rest
 * from the environment.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import type { Engine } from "../engine/engine.ts";
import { DEFAULT_NETWORK } from "../engine/networks/network_mode.ts";
import type { NetworkDefault } from "../engine/networks/network_source.ts";
import type { CommandContext } from "./context.ts";
import type { PullContext } from "./pull.ts";

const NETWORK_VARIABLE = "TSDOCKER_NETWORK";
const LAUNCHERS = ["auto", "native", "reinvoke"] as const;

/**
 * The engine for a command.
 *
 * `TSDOCKER_IMAGE_PATH` lists directories like `PATH` does; without it images
 * are found in `./images` and in the root. `TSDOCKER_LAUNCHER` picks the way
 * containers are started, `TSDOCKER_NETWORK` the network of those that are given
 * none. `SUDO_UID` and `SUDO_GID`, as sudo(8) sets them, tell
 * who runs tsdocker.
 *
 * @throws {UsageError} If `TSDOCKER_LAUNCHER` is set to something else.
 */
export function engineOf(
  context: PullContext & Pick<CommandContext, "cwd">,
): Engine {
  const { paths, env, log } = context;
  const cwd = context.cwd();
  const named = env.get("TSDOCKER_IMAGE_PATH") ?? "";
  const imagePath = named === ""
    ? ["images", paths.images]
    : named.split(":").filter((directory) => directory !== "");
  return {
    paths,
    cwd,
    imagePath: imagePath.map((directory) =>
      directory.startsWith("/") ? directory : `${cwd}/${directory}`
    ),
    launcher: launcherOf(env.get("TSDOCKER_LAUNCHER") ?? ""),
    ...networkOf(env.get(NETWORK_VARIABLE) ?? ""),
    get invoker(): Engine["invoker"] {
      return {
        uid: idOf(env.get("SUDO_UID")) ?? Deno.uid() ?? 0,
        gid: idOf(env.get("SUDO_GID")) ?? Deno.gid() ?? 0,
      };
    },
    inform: log.info,
    warn: log.warn,
    async pull(request): Promise<void> {
      const { pullForRun } = await import("./pull_for_run.ts");
      await pullForRun(context, this, request);
    },
  };
}

function networkOf(text: string): NetworkDefault {
  return text === ""
    ? { defaultNetwork: DEFAULT_NETWORK }
    : { defaultNetwork: text, networkSource: NETWORK_VARIABLE };
}

/** An id in the environment, if it is one. */
function idOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text)
    ? Number(text)
    : undefined;
}

function launcherOf(text: string): Engine["launcher"] {
  if (text === "") return "auto";
  const found = LAUNCHERS.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`invalid TSDOCKER_LAUNCHER: "${text}"`, {
    advice: `one of ${LAUNCHERS.join(", ")}`,
  });
}
