/**
 * Device nodes of a container's specification, and rules on their use.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Devices" and "Allowed Device list"
 */
import { UsageError } from "../../base/errors.ts";
import type { DeviceCgroupRule } from "../../oci/linux_resources.ts";
import type { Device } from "../../oci/runtime_spec.ts";
import { DEFAULT_DEVICE_RULES } from "../../runtime/cgroups/default_device_rules.ts";
import type { ContainerConfig } from "../container_config.ts";

/** A device node asked for, with what the host has under that path. */
export interface FoundDevice {
  /** As it is to be inside; its numbers are the host's. */
  readonly device: Device;
  /** Of the letters `r`, `w` and `m`. */
  readonly access: string;
}

/** What the host has of the devices a container gets. */
export interface DeviceInput {
  /** What `config.devices` asks for. */
  readonly devices: readonly FoundDevice[];
  /** All nodes of the host's /dev; used by a privileged container only. */
  readonly hostDevices: readonly Device[];
}

/** What the runtime itself makes in /dev, other than plain nodes. */
const TAKEN: ReadonlySet<string> = new Set([
  "/dev/console",
  "/dev/core",
  "/dev/fd",
  "/dev/mqueue",
  "/dev/ptmx",
  "/dev/pts",
  "/dev/shm",
  "/dev/stderr",
  "/dev/stdin",
  "/dev/stdout",
]);

/**
 * The nodes a container gets besides those all have. Each path is there once;
 * one that was asked for replaces one that comes with `--privileged`.
 *
 * @throws {UsageError} If one is asked for where the container has its own.
 */
export function buildDevices(
  { privileged }: Pick<ContainerConfig, "privileged">,
  { devices, hostDevices }: DeviceInput,
): Device[] {
  for (const { device } of devices) {
    if (!isTaken(device.path)) continue;
    throw new UsageError(
      `Cannot give the container a device as "${device.path}": it has one of its own there`,
      { advice: "another path: --device HOST:CONTAINER" },
    );
  }
  const wanted = [
    ...(privileged ? hostDevices.filter(({ path }) => !TAKEN.has(path)) : []),
    ...devices.map(({ device }) => device),
  ];
  return [...new Map(wanted.map((device) => [device.path, device])).values()];
}

/** Whether a node would be in the way, or hidden by what is mounted above it. */
function isTaken(path: string): boolean {
  return path === "/dev" ||
    [...TAKEN, "/proc", "/sys"].some((taken) =>
      path === taken || path.startsWith(`${taken}/`)
    );
}

/** Which devices a container may use, whatever nodes it has. */
export function buildDeviceRules(
  { privileged, deviceCgroupRules }: Pick<
    ContainerConfig,
    "privileged" | "deviceCgroupRules"
  >,
  { devices }: Pick<DeviceInput, "devices">,
): readonly DeviceCgroupRule[] {
  if (privileged) return [{ allow: true, type: "a", access: "rwm" }];
  return [
    ...DEFAULT_DEVICE_RULES,
    ...devices.map(deviceRule),
    ...deviceCgroupRules,
  ];
}

function deviceRule({ device, access }: FoundDevice): DeviceCgroupRule {
  return {
    allow: true,
    type: device.type === "b" ? "b" : "c",
    major: device.major,
    minor: device.minor,
    access,
  };
}
