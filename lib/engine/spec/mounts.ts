/**
 * `mounts` of a container's specification.
 *
 * @module
 * @see runtime-spec 1.2, config.md, "Mounts"
 */
import type { Mount } from "../../oci/runtime_spec.ts";
import type { ContainerConfig } from "../container_config.ts";
import { OWN_FILES } from "../own_files.ts";
import { readonlyOverlayOptions } from "../../storage/overlay.ts";
import { type BindVolume, depthOf, type TmpfsVolume } from "../volume.ts";
import type { ImageMount } from "../volumes/image_mount.ts";

/** `--tmpfs` without options, as docker has it. */
const TMPFS_OPTIONS: readonly string[] = ["noexec", "nosuid", "nodev"];

/**
 * All mounts, so that none hides another: parents come before children, and a
 * mount of the user's replaces a default one on the same path. What the user
 * binds stays as it is: nothing of ours is mounted, and so created, inside.
 *
 * @param filesPath Directory with the container's own `/etc` files.
 */
export function buildMounts(
  config: ContainerConfig,
  filesPath: string,
): Mount[] {
  const tmpfs = new Map(
    config.tmpfs.map((volume) => [volume.destination, tmpfsMount(volume)]),
  );
  const binds = [
    ...config.volumes.map((volume) => bindMount(volume, config)),
    ...(config.imageMounts ?? []).map(imageMount),
  ];
  const users = new Set([...binds, ...tmpfs.values()].map(destinationOf));
  const bound = new Set(binds.map(destinationOf));
  const defaults = defaultMounts(config)
    .filter((mount) => !isWithin(mount.destination, bound))
    .map((mount) => tmpfs.get(mount.destination) ?? mount);
  const own = OWN_FILES
    .map((name) => ownFileMount(name, `${filesPath}/${name}`, config))
    .filter((mount) => !isWithin(mount.destination, users));
  const others = [...binds, ...tmpfs.values()]
    .filter((mount) => !defaults.includes(mount))
    .toSorted((a, b) => depthOf(a) - depthOf(b));
  return [...defaults, ...own, ...others];
}

/** Mounts every container has, parents before children. */
function defaultMounts(config: ContainerConfig): Mount[] {
  return [
    mount("/proc", "proc", "nosuid,noexec,nodev"),
    mount("/dev", "tmpfs", "nosuid,strictatime,mode=755,size=65536k"),
    mount(
      "/dev/pts",
      "devpts",
      "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5",
    ),
    sysMount(config),
    ...cgroupMounts(config),
    ...ipcMounts(config),
  ];
}

/**
 * Sysfs shows the network namespace, and only who owns that may mount it: from
 * a user namespace the host's has to be bound. Alone, since what is mounted in
 * it is none of the container's business, and cgroups of its own go there.
 */
function sysMount({ privileged, network, idMappings }: ContainerConfig): Mount {
  if (network !== "host" || idMappings === undefined) {
    return mount(
      "/sys",
      "sysfs",
      `nosuid,noexec,nodev${privileged ? "" : ",ro"}`,
    );
  }
  return {
    destination: "/sys",
    type: "bind",
    source: "/sys",
    options: [
      ...["bind", "rprivate", "nosuid", "noexec", "nodev"],
      ...(privileged ? [] : ["ro"]),
    ],
  };
}

function cgroupMounts({ cgroupsPath, privileged }: ContainerConfig): Mount[] {
  if (cgroupsPath === undefined) return [];
  const access = privileged ? "rw" : "ro";
  return [mount("/sys/fs/cgroup", "cgroup", `${access},nosuid,noexec,nodev`)];
}

function ipcMounts(
  { ipc, idMappings, shmSizeBytes }: ContainerConfig,
): Mount[] {
  const queues = mount("/dev/mqueue", "mqueue", "nosuid,noexec,nodev");
  const options = `nosuid,noexec,nodev,mode=1777,size=${shmSizeBytes}`;
  switch (ipc) {
    case "private":
      return [queues, mount("/dev/shm", "tmpfs", options)];
    case "none":
      return [queues];
    case "host":
      // A user namespace may not mount queues that it does not own.
      return [...(idMappings === undefined ? [queues] : []), {
        destination: "/dev/shm",
        type: "bind",
        source: "/dev/shm",
        options: ["rbind", "rprivate", "nosuid", "noexec", "nodev"],
      }];
  }
}

function ownFileMount(
  name: string,
  source: string,
  { readOnly }: ContainerConfig,
): Mount {
  return {
    destination: `/etc/${name}`,
    type: "bind",
    source,
    options: ["rbind", "rprivate", ...(readOnly ? ["ro"] : [])],
  };
}

function tmpfsMount({ destination, options }: TmpfsVolume): Mount {
  // The container's devices are made in what is mounted on /dev.
  const defaults = destination === "/dev"
    ? TMPFS_OPTIONS.filter((option) => option !== "nodev")
    : TMPFS_OPTIONS;
  return {
    destination,
    type: "tmpfs",
    source: "tmpfs",
    options: [...defaults, ...options],
  };
}

function bindMount(
  { source, destination, access, below, ids, subpath }: BindVolume,
  { idMappings }: ContainerConfig,
): Mount {
  return {
    destination,
    type: "bind",
    source,
    options: [
      below === "hidden" ? "bind" : "rbind",
      "rprivate",
      ...(access === "rw" ? [] : [below === "writable" ? "ro" : "rro"]),
      // Without ids of its own, they are the host's as they are on disk.
      ...(ids === "mapped" && idMappings !== undefined ? ["idmap"] : []),
      ...(subpath === undefined ? [] : [`subpath=${subpath}`]),
    ],
  };
}

/** For reading only: others have the same layers. */
function imageMount({ image, layers, destination }: ImageMount): Mount {
  const [top = `(${image}, once opened)`, ...lower] = layers;
  const layout: Pick<Mount, "type" | "source" | "options"> = lower.length === 0
    ? { type: "bind", source: top, options: ["bind", "ro", "nodev"] }
    : {
      type: "overlay",
      source: "overlay",
      options: [...readonlyOverlayOptions({ upper: top, lower }), "nodev"],
    };
  return { destination, ...layout };
}

/** Whether a path is one of the others, or lies below one. */
function isWithin(path: string, others: ReadonlySet<string>): boolean {
  if (others.has(path)) return true;
  for (const other of others) if (path.startsWith(`${other}/`)) return true;
  return false;
}

function destinationOf({ destination }: Mount): string {
  return destination;
}

function mount(destination: string, type: string, options: string): Mount {
  return { destination, type, source: type, options: options.split(",") };
}
