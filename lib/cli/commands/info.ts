/**
 * `tsdocker info`: the host as tsdocker sees it.
 *
 * @module
 */
import { buildInfo } from "../../base/build_info.ts";
import { formatMemorySize } from "../../base/byte_size.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { defineCommand } from "../command.ts";
import type { Environment } from "../context.ts";
import { type Field, formatFields } from "../output/fields.ts";
import { FORMAT_FLAG } from "../output/format_flag.ts";
import { cgroupMode } from "./cgroup_mode.ts";

/** The command `info`. */
export const infoCommand = defineCommand({
  summary: "Print what tsdocker knows of this host",
  positionals: [],
  flags: { format: FORMAT_FLAG },
}, ({ options }, { paths, env, stdout }) => {
  stdout.write(formatFields(hostFields(paths, env), options.format));
  return 0;
});

function hostFields(paths: HostPaths, env: Environment): Field[] {
  const { version, arch } = buildInfo();
  const { total } = Deno.systemMemoryInfo();
  return [
    ["Version", version],
    ["Root", paths.root],
    ["Run root", paths.runRoot],
    ["Storage driver", "overlay"],
    ["Kernel", Deno.osRelease()],
    ["Architecture", arch],
    ["Cgroups", cgroupMode(Deno.readTextFileSync("/proc/self/mountinfo"))],
    ["Launcher", env.get("TSDOCKER_LAUNCHER") ?? "native"],
    ["CPUs", navigator.hardwareConcurrency],
    ["Memory", formatMemorySize(total), total],
  ];
}
