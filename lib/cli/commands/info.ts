/**
 * `tsdocker info`: the host as tsdocker sees it.
 *
 * @module
 */
import { buildInfo } from "../../base/build_info.ts";
import { formatMemorySize } from "../../base/byte_size.ts";
import { listContainers } from "../../engine/containers/list.ts";
import { assertRoot } from "../../engine/containers/reconcile.ts";
import type { Engine } from "../../engine/engine.ts";
import {
  cgroupMode,
  mountedHierarchies,
} from "../../runtime/cgroups/mount_table.ts";
import { listImages } from "../../storage/image_store.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { type Field, formatFields } from "../output/fields.ts";
import { FORMAT_FLAG } from "../output/format_flag.ts";

/** The command `info`. */
export const infoCommand = defineCommand({
  summary: "Print what tsdocker knows of this host",
  positionals: [],
  flags: { format: FORMAT_FLAG },
}, ({ options }, context) => {
  assertRoot();
  const fields = hostFields(engineOf(context));
  context.stdout.write(formatFields(fields, options.format));
  return 0;
});

function hostFields({ paths, launcher }: Engine): Field[] {
  const containers = listContainers(paths);
  const running = containers.filter(({ status }) => status.state === "running");
  const { version, arch } = buildInfo();
  const { total } = Deno.systemMemoryInfo();
  return [
    ["Version", version],
    ["Containers", containers.length],
    ["Running", running.length],
    ["Stopped", containers.length - running.length],
    ["Images", listImages(paths).length],
    ["Root", paths.root],
    ["Run root", paths.runRoot],
    ["Storage driver", "overlay"],
    ["Kernel", Deno.osRelease()],
    ["Architecture", arch],
    ["Cgroups", cgroupMode(mountedHierarchies())],
    ["Launcher", launcher],
    ["CPUs", navigator.hardwareConcurrency],
    ["Memory", formatMemorySize(total), total],
  ];
}
