/**
 * The specification that a further program of a running container is started
 * by: what the container would be started with now, but for its process. Its
 * users are those that the container knows now.
 *
 * @module
 */
import { O_PATH } from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { openInRoot } from "../../base/open_in_root.ts";
import { readSmallFile } from "../../base/small_file.ts";
import type { NamespaceType, RuntimeSpec } from "../../oci/runtime_spec.ts";
import type { CgroupMount } from "../../runtime/cgroups/mount_table.ts";
import { callerWindowSize } from "../../runtime/stdio/caller_window.ts";
import type { ContainerConfig } from "../container_config.ts";
import { deviceControl, withoutMknod } from "../device_control.ts";
import { gatherHostInput } from "../host_input.ts";
import { buildSpec } from "../spec_builder.ts";
import { resolveUser } from "../user.ts";

/** What the specification is made from besides the configuration. */
export interface ExecSpecContext {
  /** The container's root directory. */
  readonly root: Fd;
  /** The host's cgroup file systems. */
  readonly hierarchies: readonly CgroupMount[];
}

/** All kinds a container can have: it runs, so this kernel has them. */
const NAMESPACES: ReadonlySet<NamespaceType> = new Set([
  "mount",
  "pid",
  "network",
  "ipc",
  "uts",
  "cgroup",
  "user",
]);

/**
 * Makes the specification; changes nothing.
 *
 * @param config Of the program, as `execConfig` makes it.
 * @throws {UsageError} If the container does not know its user.
 */
export function execSpec(
  config: ContainerConfig,
  { root, hierarchies }: ExecSpecContext,
): RuntimeSpec {
  const cgroups = config.cgroupsPath === undefined
    ? undefined
    : { hierarchies };
  const consoleSize = config.tty ? callerWindowSize() : undefined;
  const confined = deviceControl(config, cgroups) === "listed"
    ? config
    : withoutMknod(config);
  const { notes: _, ...host } = gatherHostInput({
    ...confined,
    // It has those it has been started with.
    devices: [],
    throttles: [],
    privileged: false,
  });
  return buildSpec(confined, {
    ...host,
    rootPath: "/",
    filesPath: "/",
    user: resolveUser(config.user, {
      passwd: readBeneath(root, "/etc/passwd"),
      group: readBeneath(root, "/etc/group"),
    }, config.groupAdd),
    namespaces: NAMESPACES,
    ...(consoleSize === undefined ? {} : { consoleSize }),
  });
}

/** The text of a small regular file, if the container has one there. */
function readBeneath(root: Fd, path: string): string | undefined {
  try {
    using file = openInRoot(root.number, path, O_PATH);
    return readSmallFile(file);
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}
