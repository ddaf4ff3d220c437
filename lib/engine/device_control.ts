/**
 * What a container may not do where nothing judges the use of devices. Pure.
 *
 * @module
 */
import {
  type CgroupsOfHost,
  judgesDevices,
} from "../runtime/cgroups/resources.ts";
import type { ContainerConfig } from "./container_config.ts";

/** Whether something keeps a container from devices that are not listed. */
export type DeviceControl = "listed" | "open";

/**
 * What keeps a container from devices here.
 *
 * @param cgroups Absent if it has no cgroups.
 */
export function deviceControl(
  { privileged }: Pick<ContainerConfig, "privileged">,
  cgroups: CgroupsOfHost | undefined,
): DeviceControl {
  const isJudged = cgroups !== undefined &&
    judgesDevices(cgroups) !== "nothing";
  return privileged || isJudged ? "listed" : "open";
}

/**
 * Nothing judges the use of devices here: unless it is told to, the container
 * shall not be able to make any.
 */
export function withoutMknod(config: ContainerConfig): ContainerConfig {
  if (config.capAdd.includes("CAP_MKNOD")) return config;
  return { ...config, capDrop: [...config.capDrop, "CAP_MKNOD"] };
}
