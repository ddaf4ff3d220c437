/**
 * Events of volumes.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerConfig } from "../container_config.ts";
import { recordEvent } from "../events.ts";

type Paths = Pick<HostPaths, "events">;

/** Writes down that a volume is there, or is gone. */
export function recordVolumeEvent(
  paths: Paths,
  name: string,
  action: "create" | "destroy",
): void {
  recordEvent(paths, {
    type: "volume",
    action,
    id: name,
    attributes: { driver: "local" },
  });
}

/** Writes down that a container begins to use its volumes, or has ended. */
export function recordVolumeUses(
  paths: Paths,
  { id, volumes }: Pick<ContainerConfig, "id" | "volumes">,
  action: "mount" | "unmount",
): void {
  for (const { volume, destination, access } of volumes) {
    if (volume === undefined) continue;
    const place = {
      destination,
      propagation: "",
      "read/write": String(access === "rw"),
    };
    recordEvent(paths, {
      type: "volume",
      action,
      id: volume.name,
      attributes: {
        container: id,
        driver: "local",
        ...(action === "mount" ? place : {}),
      },
    });
  }
}
