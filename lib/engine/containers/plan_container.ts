/**
 * From a container's configuration to the plan of its start.
 *
 * @module
 */
import type { NamespaceType, RuntimeSpec } from "../../oci/runtime_spec.ts";
import { discardLimits } from "../../runtime/cgroups/discard.ts";
import type { CgroupMount } from "../../runtime/cgroups/mount_table.ts";
import {
  type CgroupSurvey,
  surveyMounts,
} from "../../runtime/cgroups/survey.ts";
import type { RootMount } from "../../runtime/plan/overlay_root.ts";
import { createPlan } from "../../runtime/plan/plan.ts";
import type { LaunchPlan } from "../../runtime/plan/step.ts";
import { callerWindowSize } from "../../runtime/stdio/caller_window.ts";
import {
  overlayDirectories,
  type Snapshot,
  snapshotDirectories,
} from "../../storage/snapshot.ts";
import { overlayOptions } from "../../storage/overlay.ts";
import { callFilter } from "../call_filter.ts";
import type { ContainerConfig } from "../container_config.ts";
import {
  type DeviceControl,
  deviceControl,
  withoutMknod,
} from "../device_control.ts";
import { gatherHostInput } from "../host_input.ts";
import { findImageUser } from "../image_user.ts";
import { buildSpec, type SpecInput } from "../spec_builder.ts";
import type { RunningRecord } from "./records.ts";

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

/** What a plan is made from besides the configuration. */
export interface PlanContext {
  /** Its layers, to find its user in. */
  readonly snapshot: Snapshot;
  /** Directory of its own `/etc` files. */
  readonly filesPath: string;
  /** The host's cgroup file systems. */
  readonly hierarchies: readonly CgroupMount[];
  /** Whether it is killed with its keeper, or outlives it. */
  readonly withoutKeeper: RunningRecord["withoutKeeper"];
  /** The network namespace to join; absent for a new one, or the host's. */
  readonly networkPath?: string;
  /** Hears what could not be done as asked. */
  warn(message: string): void;
}

/**
 * Plans a container's start; changes nothing.
 *
 * @throws {UsageError} If its user is not in the image, or the host has not
 * got what it asks for.
 */
export async function planContainer(
  config: ContainerConfig,
  context: PlanContext,
): Promise<PlannedContainer> {
  const cgroups = config.cgroupsPath === undefined
    ? undefined
    : surveyMounts(context.hierarchies, config.cgroupsPath);
  const { spec, devices } = planSpec(config, context, cgroups);
  const seccomp = await callFilter(config, spec.process);
  const plan = createPlan(spec, {
    rootfs: [rootMount(config, context.snapshot, devices)],
    idMapped: config.layerOwners === "mapped"
      ? imageDirectories(config, context.snapshot)
      : [],
    init: config.init,
    withoutKeeper: context.withoutKeeper,
    ...(cgroups === undefined ? {} : { cgroups }),
    ...(seccomp === undefined ? {} : { seccomp }),
  });
  return { spec, plan };
}

/** Each once: those of its own image, and of others among its files. */
function imageDirectories(
  { imageMounts = [] }: ContainerConfig,
  snapshot: Snapshot,
): string[] {
  return [
    ...new Set([
      ...snapshotDirectories(snapshot),
      ...imageMounts.flatMap(({ layers }) => layers),
    ]),
  ];
}

/** The specification, as far as this host can carry it out. */
function planSpec(
  config: ContainerConfig,
  { snapshot, filesPath, networkPath, warn }: PlanContext,
  cgroups: CgroupSurvey | undefined,
): { readonly spec: RuntimeSpec; readonly devices: DeviceControl } {
  const { notes, ...host } = gatherHostInput(config);
  for (const note of notes) warn(note);
  const consoleSize = config.tty ? callerWindowSize() : undefined;
  const input: SpecInput = {
    ...host,
    rootPath: snapshot.merged,
    filesPath,
    user: findImageUser(config, snapshot),
    namespaces: kernelNamespaces(),
    ...(networkPath === undefined ? {} : { networkPath }),
    ...(consoleSize === undefined ? {} : { consoleSize }),
  };
  const asked = buildSpec(config, input);
  const { resources } = asked.linux;
  const left = cgroups === undefined || resources === undefined
    ? { resources: {}, warnings: [] }
    : discardLimits(cgroups, resources, config);
  for (const warning of left.warnings) warn(warning);
  const devices = deviceControl(config, cgroups);
  const spec = devices === "listed"
    ? asked
    : withoutNodes(buildSpec(withoutMknod(config), input));
  return {
    spec: { ...spec, linux: { ...spec.linux, resources: left.resources } },
    devices,
  };
}

/**
 * Where nothing judges the use of devices, the container is not to open those
 * that others have made, in volumes. Whoever mounts something on all of /dev
 * means it.
 */
function withoutNodes(spec: RuntimeSpec): RuntimeSpec {
  const mounts = spec.mounts.map((mount) =>
    mount.type === "bind" && mount.destination !== "/dev"
      ? { ...mount, options: [...mount.options, "rnodev"] }
      : mount
  );
  return { ...spec, mounts };
}

function rootMount(
  { autoRemove }: ContainerConfig,
  snapshot: Snapshot,
  devices: DeviceControl,
): RootMount {
  const changes = autoRemove ? "discarded" : "kept";
  const options = overlayOptions(overlayDirectories(snapshot, changes));
  return {
    destination: "/",
    type: "overlay",
    source: "overlay",
    // Images may have device nodes of their own.
    options: devices === "listed" ? options : [...options, "nodev"],
    lower: snapshot.lower,
  };
}

function kernelNamespaces(): ReadonlySet<NamespaceType> {
  const types = new Set<NamespaceType>();
  for (const { name } of Deno.readDirSync("/proc/self/ns")) {
    const type = NAMESPACE_FILES[name];
    if (type !== undefined) types.add(type);
  }
  return types;
}
