/**
 * `tsdocker generate systemd`: prints a unit that runs `tsdocker boot`.
 *
 * @module
 */
import { buildInfo } from "../../../base/build_info.ts";
import { UsageError } from "../../../base/errors.ts";
import { DEFAULT_ROOTS } from "../../../base/host_paths.ts";
import { selfInvocation } from "../../../runtime/launch/self_invocation.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { systemdUnit } from "../../output/systemd_unit.ts";

/** The command `generate systemd`. */
export const generateSystemdCommand = defineCommand({
  summary: "Print a systemd unit that starts containers at boot",
  description: "The unit runs tsdocker boot when the host starts, and stops " +
    "all containers before it stops.",
  positionals: [],
  flags: {
    program: {
      type: "string",
      long: "program",
      placeholder: "path",
      description: "Path of tsdocker (default: where PATH has it)",
    },
  },
  examples: [{
    line: "generate systemd >/etc/systemd/system/tsdocker.service",
    purpose: "installs the unit; systemctl enable tsdocker switches it on",
  }],
}, ({ options }, { paths, env, stdout }) => {
  const { root, runRoot } = paths;
  stdout.write(systemdUnit({
    program: [
      ...programWords(options.program, env),
      ...(root === DEFAULT_ROOTS.root ? [] : ["--root", root]),
      ...(runRoot === DEFAULT_ROOTS.runRoot ? [] : ["--run-root", runRoot]),
    ],
    root,
  }));
  return 0;
});

function programWords(
  named: string | undefined,
  env: CommandContext["env"],
): [string, ...string[]] {
  if (named !== undefined) {
    if (named.startsWith("/")) return [named];
    throw new UsageError(`invalid --program: "${named}" is not absolute`);
  }
  const found = (env.get("PATH") ?? "").split(":")
    .filter((directory) => directory.startsWith("/"))
    .map((directory) => `${directory}/tsdocker`)
    .find(isFile);
  if (found !== undefined) return [found];
  // The portable form unpacks what it runs into a place of its own.
  if (buildInfo().kind === "portable") {
    throw new UsageError("Cannot tell where tsdocker is: PATH has none", {
      advice: "tsdocker generate systemd --program /path/to/tsdocker",
    });
  }
  const { path, args } = selfInvocation();
  return [path, ...args];
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    // Not there, or not to be looked at: PATH goes on.
    return false;
  }
}
