/**
 * Finds device nodes of this host. Blocks; to be called in the host's mount
 * namespace.
 *
 * @module
 */
import {
  type FileStatus,
  isDirectory,
  lstatat,
  statat,
} from "../../ffi/calls/stat.ts";
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import { S_IFBLK, S_IFCHR, S_IFMT } from "../../ffi/constants/stat.ts";
import { SyscallError } from "../../ffi/errno.ts";
import { UsageError } from "../base/errors.ts";
import { namesIn } from "../base/names_in.ts";
import type { Device } from "../oci/runtime_spec.ts";
import type { DeviceRequest } from "./device_request.ts";
import type { DeviceNumbers } from "./device_throttle.ts";
import type { FoundDevice } from "./spec/devices.ts";

/** Where a host has its devices. */
const DEV = "/dev";

/** Directories in /dev that hold no devices, or such as every mount has. */
const SKIPPED: ReadonlySet<string> = new Set([
  ".lxc",
  ".lxd-mounts",
  ".udev",
  "fd",
  "mqueue",
  "pts",
  "shm",
]);

const PERMISSIONS = 0o777;

/**
 * Finds what `--device` asks for. A directory stands for all nodes below it.
 *
 * @throws {UsageError} In docker's words, if there is no such device.
 */
export function findDevices(
  requests: readonly DeviceRequest[],
): FoundDevice[] {
  return requests.flatMap(({ source, destination, access }) => {
    const status = follow(source, `adding custom device "${source}"`);
    const found = isDirectory(status)
      ? nodesBelow(source, destination)
      : [deviceOf(status, destination)].filter((device) =>
        device !== undefined
      );
    if (found.length === 0) {
      throw missing(`adding custom device "${source}"`, "not a device node");
    }
    return found.map((device) => ({ device, access }));
  });
}

/** All device nodes below /dev, for a privileged container. */
export function findHostDevices(): Device[] {
  return nodesBelow(DEV, DEV);
}

/**
 * The numbers of a block device.
 *
 * @throws {UsageError} If there is none by this path.
 */
export function statBlockDevice(path: string): DeviceNumbers {
  const what = `limiting the device "${path}"`;
  const status = follow(path, what);
  if ((status.mode & S_IFMT) !== S_IFBLK) {
    throw missing(what, "not a block device");
  }
  return { major: status.specialMajor, minor: status.specialMinor };
}

/** Nodes below a directory; what vanishes meanwhile is passed over. */
function nodesBelow(source: string, destination: string): Device[] {
  const devices: Device[] = [];
  for (const name of namesIn(source).toSorted()) {
    const status = lstat(`${source}/${name}`);
    if (status === undefined) continue;
    const path = `${destination}/${name}`;
    if (!isDirectory(status)) {
      const device = deviceOf(status, path);
      if (device !== undefined) devices.push(device);
    } else if (source !== DEV || !SKIPPED.has(name)) {
      devices.push(...nodesBelow(`${source}/${name}`, path));
    }
  }
  return devices;
}

function lstat(path: string): FileStatus | undefined {
  try {
    return lstatat(AT_FDCWD, path);
  } catch (error) {
    if (error instanceof SyscallError && error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

/** What a path leads to, as far as there is something. */
function follow(path: string, what: string): FileStatus {
  try {
    return statat(AT_FDCWD, path);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    const isMissing = error.code === "ENOENT" || error.code === "ENOTDIR";
    throw missing(
      what,
      isMissing ? "no such file or directory" : error.message,
      error,
    );
  }
}

function missing(what: string, why: string, cause?: Error): UsageError {
  return new UsageError(
    `error gathering device information while ${what}: ${why}`,
    cause === undefined ? {} : { cause },
  );
}

function deviceOf(status: FileStatus, path: string): Device | undefined {
  const { mode, uid, gid, specialMajor, specialMinor } = status;
  const kind = mode & S_IFMT;
  if (kind !== S_IFCHR && kind !== S_IFBLK) return undefined;
  return {
    type: kind === S_IFBLK ? "b" : "c",
    path,
    major: specialMajor,
    minor: specialMinor,
    fileMode: mode & PERMISSIONS,
    uid,
    gid,
  };
}
