/**
 * From a container's configuration to the plan of its start.
 *
 * @module
 */
import type { NamespaceType, RuntimeSpec } from "../../oci/runtime_spec.ts";
import { createPlan } from "../../runtime/plan/plan.ts";
import type { LaunchPlan } from "../../runtime/plan/step.ts";
import { callerWindowSize } from "../../runtime/stdio/stdio.ts";
import {
  overlayDirectories,
  readSnapshotFile,
  type Snapshot,
} from "../../storage/snapshot.ts";
import { overlayOptions } from "../../storage/overlay.ts";
import type { ContainerConfig } from "../container_config.ts";
import { gatherHostInput } from "../host_input.ts";
import { buildSpec } from "../spec_builder.ts";
import { type ResolvedUser, resolveUser } from "../user.ts";

/** A container about to start. */
export interface PlannedContainer {
  readonly spec: RuntimeSpec;
  readonly plan: LaunchPlan;
}

/** Namespaces by the name of their file in `/proc/self/ns`. */
const NAMESPACE_FILES: Readonly<Record<string, NamespaceType>> = {
  mnt: "mount",
  pid: "pid",
  net: "network",
  ipc: "ipc",
  uts: "uts",
  cgroup: "cgroup",
  user: "user",
};

/**
 * Plans a container's start; changes nothing.
 *
 * @param snapshot Its layers, to find its user in.
 * @param filesPath Directory of its own `/etc` files.
 * @throws {UsageError} If its user is not in the image.
 */
export function planContainer(
  config: ContainerConfig,
  snapshot: Snapshot,
  filesPath: string,
): PlannedContainer {
  const consoleSize = config.tty ? callerWindowSize() : undefined;
  const built = buildSpec(config, {
    rootPath: snapshot.merged,
    filesPath,
    user: findUser(config, snapshot),
    namespaces: kernelNamespaces(),
    ...gatherHostInput(config),
    ...(consoleSize === undefined ? {} : { consoleSize }),
  });
  // TODO(#3): the plan cannot mount a cgroup file system yet.
  const mounts = built.mounts.filter(({ type }) => type !== "cgroup");
  const spec: RuntimeSpec = { ...built, mounts };
  const overlay = overlayDirectories(
    snapshot,
    config.autoRemove ? "discarded" : "kept",
  );
  const plan = createPlan(spec, {
    rootfs: [{
      destination: "/",
      type: "overlay",
      source: "overlay",
      options: overlayOptions(overlay),
    }],
    init: config.init,
  });
  return { spec, plan };
}

function findUser(config: ContainerConfig, snapshot: Snapshot): ResolvedUser {
  return resolveUser(config.user, {
    passwd: readSnapshotFile(snapshot, "/etc/passwd"),
    group: readSnapshotFile(snapshot, "/etc/group"),
  }, config.groupAdd);
}

function kernelNamespaces(): ReadonlySet<NamespaceType> {
  const types = new Set<NamespaceType>();
  for (const { name } of Deno.readDirSync("/proc/self/ns")) {
    const type = NAMESPACE_FILES[name];
    if (type !== undefined) types.add(type);
  }
  return types;
}
