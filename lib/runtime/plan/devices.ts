/**
 * Device nodes and links of /dev.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Default Devices"
 */
import { encodeDevice } from "../../../ffi/calls/file.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { Symbolic } from "../../../ffi/record.ts";
import type { Device, Mount, RuntimeSpec } from "../../oci/runtime_spec.ts";
import { hostId, tryHostId } from "./id_map.ts";
import { parseMountOptions } from "./mount_options.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { PrepareArgument, PrepareStep } from "./step.ts";

/** Where the devices are. */
const DEV = "/dev";
/** What the plan calls its descriptor. */
const DEV_RESULT = { result: "dev" } as const;

/** Nodes every container has, whatever `linux.devices` adds. */
const DEFAULT_DEVICES: readonly Device[] = [
  { path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 0o666 },
  { path: "/dev/zero", type: "c", major: 1, minor: 5, fileMode: 0o666 },
  { path: "/dev/full", type: "c", major: 1, minor: 7, fileMode: 0o666 },
  { path: "/dev/random", type: "c", major: 1, minor: 8, fileMode: 0o666 },
  { path: "/dev/urandom", type: "c", major: 1, minor: 9, fileMode: 0o666 },
  { path: "/dev/tty", type: "c", major: 5, minor: 0, fileMode: 0o666 },
];

/** Links every container has: name in /dev to target. */
const DEFAULT_LINKS: readonly (readonly [name: string, target: string])[] = [
  ["fd", "/proc/self/fd"],
  ["stdin", "/proc/self/fd/0"],
  ["stdout", "/proc/self/fd/1"],
  ["stderr", "/proc/self/fd/2"],
  ["core", "/proc/kcore"],
  ["ptmx", "pts/ptmx"],
];

const KINDS: Readonly<Record<Device["type"], Symbolic>> = {
  c: { value: 0o020000, text: "S_IFCHR" },
  u: { value: 0o020000, text: "S_IFCHR" },
  b: { value: 0o060000, text: "S_IFBLK" },
  p: { value: 0o010000, text: "S_IFIFO" },
};

/**
 * Whether a mount is a /dev of the container's own. Any other is somebody
 * else's and must not be written to.
 */
export function isOwnDev(mount: Mount): boolean {
  return mount.destination === DEV && mount.type === "tmpfs" &&
    parseMountOptions(mount.options).bind === "no";
}

/**
 * Plans the nodes and links; to be made right after the container's own /dev
 * is mounted, so that volumes may cover them and never the other way round.
 */
export function deviceSteps(spec: RuntimeSpec): readonly PrepareStep[] {
  return [
    {
      call: "openat",
      args: [
        AT_FDCWD,
        { beneath: DEV },
        flags(OPEN, "O_PATH", "O_DIRECTORY", "O_CLOEXEC"),
      ],
      as: DEV_RESULT.result,
      why: "just mounted: what is made in it needs no way there",
    },
    {
      call: "umask",
      args: [0],
      as: "umask",
      why: "device modes are exact; it is put back below",
    },
    ...allDevices(spec).flatMap((device) => nodeSteps(spec, device)),
    ...DEFAULT_LINKS.map(linkStep),
    {
      call: "umask",
      args: [{ result: "umask" }],
      always: "also on failure",
      why: "the calling thread goes on after the container has started",
    },
  ];
}

/** Each path once: a device of the specification replaces a default one. */
function allDevices(spec: RuntimeSpec): Device[] {
  const devices = [...DEFAULT_DEVICES, ...spec.linux.devices];
  return [...new Map(devices.map((device) => [device.path, device])).values()];
}

function nodeSteps(spec: RuntimeSpec, device: Device): PrepareStep[] {
  const { uid = 0, gid = 0 } = device;
  const node = nodeStep(device);
  if (uid === 0 && gid === 0) return [node];
  return [node, {
    call: "fchownat",
    args: [
      AT_FDCWD,
      { beneath: device.path },
      // Who is nobody inside cannot own it there; the container's root does.
      tryHostId(spec, "uid", uid) ?? hostId(spec, "uid", 0),
      tryHostId(spec, "gid", gid) ?? hostId(spec, "gid", 0),
      0,
    ],
    why: `${device.path} belongs to whom it does on the host`,
  }];
}

function nodeStep(device: Device): PrepareStep {
  const kind = KINDS[device.type];
  return {
    call: "mknodat",
    args: [
      ...placeOf(device.path),
      {
        value: Number(kind.value) | device.fileMode,
        text: `${kind.text}|0${device.fileMode.toString(8)}`,
      },
      {
        value: encodeDevice(device),
        text: `makedev(${device.major}, ${device.minor})`,
      },
    ],
    why: `${device.path}: nodes of the host are never shared`,
  };
}

/** A directory and the name in it, for a call of the `…at` kind. */
function placeOf(path: string): [PrepareArgument, PrepareArgument] {
  const slash = path.lastIndexOf("/");
  const directory = path.slice(0, slash) || "/";
  const leaf = path.slice(slash + 1);
  return directory === DEV
    ? [DEV_RESULT, leaf]
    : [AT_FDCWD, { beneath: directory, create: "directory", leaf }];
}

function linkStep(
  [name, target]: readonly [name: string, target: string],
): PrepareStep {
  return {
    call: "symlinkat",
    args: [
      target,
      DEV_RESULT,
      name,
    ],
    why: `/dev/${name}: programs expect it`,
  };
}
