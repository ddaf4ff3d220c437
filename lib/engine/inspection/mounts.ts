/**
 * `Mounts` of an inspected container. Pure. The fields are in the order of
 * docker's.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a container"
 */
import type { ContainerConfig } from "../container_config.ts";
import type { BindVolume } from "../volume.ts";

type MountConfig = Pick<ContainerConfig, "volumes" | "tmpfs" | "imageMounts">;

/** Something else among a container's files, under docker's names. */
export interface InspectedMount {
  readonly Type: "bind" | "volume" | "tmpfs" | "image";
  /** Of a volume. */
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly Driver?: "local";
  readonly Mode: string;
  readonly RW: boolean;
  readonly Propagation: "rprivate" | "";
}

/** What one `--mount` has asked for, under docker's names. */
export interface AskedMount {
  readonly Type: InspectedMount["Type"];
  /** Absent for a tmpfs, and for a volume without a name. */
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: true;
}

/** What `--mount` has asked for; `undefined` if nothing. */
export function inspectAskedMounts(
  { volumes, tmpfs, imageMounts = [] }: MountConfig,
): AskedMount[] | undefined {
  const asked = [
    ...volumes.filter(({ isMount }) => isMount === true)
      .map(({ source, destination, access, volume }): AskedMount => ({
        Type: volume === undefined ? "bind" : "volume",
        ...(volume?.isAnonymous === true
          ? {}
          : { Source: volume?.name ?? source }),
        Target: destination,
        ...(access === "ro" ? { ReadOnly: true } : {}),
      })),
    ...tmpfs.filter(({ isMount }) => isMount === true)
      .map(({ destination, options }): AskedMount => ({
        Type: "tmpfs",
        Target: destination,
        ...(options.includes("ro") ? { ReadOnly: true } : {}),
      })),
    ...imageMounts.map(({ image, destination }): AskedMount => ({
      Type: "image",
      Source: image,
      Target: destination,
      ReadOnly: true,
    })),
  ];
  return asked.length === 0 ? undefined : asked;
}

/** What is mounted; a tmpfs as `--tmpfs` asks for it is not among them. */
export function inspectMounts(
  { volumes, tmpfs, imageMounts = [] }: MountConfig,
): InspectedMount[] {
  return [
    ...volumes.map(inspectVolume),
    ...tmpfs.filter(({ isMount }) => isMount === true)
      .map(({ destination, options }): InspectedMount => ({
        Type: "tmpfs",
        Source: "",
        Destination: destination,
        Mode: "",
        RW: !options.includes("ro"),
        Propagation: "",
      })),
    ...imageMounts.map(({ image, destination }): InspectedMount => ({
      Type: "image",
      Source: image,
      Destination: destination,
      Mode: "",
      RW: false,
      Propagation: "",
    })),
  ];
}

function inspectVolume(
  { source, destination, access, volume, subpath }: BindVolume,
): InspectedMount {
  const where = {
    Source: subpath === undefined ? source : `${source}/${subpath}`,
    Destination: destination,
  };
  const RW = access === "rw";
  const Mode = RW ? "" : "ro";
  if (volume === undefined) {
    return { Type: "bind", ...where, Mode, RW, Propagation: "rprivate" };
  }
  return {
    Type: "volume",
    Name: volume.name,
    ...where,
    Driver: "local",
    // As docker has it, be there labels on this host or not.
    Mode: Mode === "" && !volume.isAnonymous ? "z" : Mode,
    RW,
    Propagation: "",
  };
}
