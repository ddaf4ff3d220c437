/**
 * Checks of the places tsdocker writes to and starts from.
 *
 * @module
 */
import { formatByteSize } from "../../base/byte_size.ts";
import { type CheckResult, degraded, missing, ok } from "./check_result.ts";
import type { HostProbe } from "./host_probe.ts";
import { mountAt } from "./mount_at.ts";
import { USER_NAMESPACE_FLAGS } from "./namespaces.ts";

const RUN_ROOT = { id: "run-root", title: "run root" };
const OVERLAY = { id: "overlay", title: "overlay" };
const ID_MAPPING = { id: "id-mapped-mounts", title: "id-mapped mounts" };
const DISK = { id: "disk-space", title: "disk space" };
const PROGRAM = { id: "program", title: "program" };

/** Less than this is soon used up by layers. */
const LOW_BYTES = 1e9;
const LOW_INODES = 10_000;

/** The type of the file system that a path is on, for people. */
function typeAt(probe: HostProbe, path: string): string {
  return mountAt(probe, path)?.type ?? "an unknown file system";
}

/** Whether an overlay can be mounted and written to below the root. */
export function checkOverlay(probe: HostProbe): CheckResult {
  const { root } = probe.roots;
  const where = `${root} on ${typeAt(probe, root)}`;
  const { mount, changes } = probe.mountOverlay();
  if (changes.kind === "works") return ok(OVERLAY, `works in ${where}`);
  const fix = "tsdocker --root DIR, with DIR on ext4, xfs, btrfs or tmpfs " +
    "and writable; a kernel with overlayfs";
  if (mount.kind === "works") {
    return degraded(OVERLAY, `${changes.reason}, in ${where}`, {
      costs: "containers cannot change all files and directories of an image",
      fix,
    });
  }
  return missing(OVERLAY, `${mount.reason}, in ${where}`, {
    costs: "run does not work",
    flags: ["run"],
    fix,
    stopsRun: true,
  });
}

/** Whether the state of containers can be written. */
export function checkRunRoot(probe: HostProbe): CheckResult {
  const { runRoot } = probe.roots;
  const answer = probe.makeDirectory(runRoot);
  if (answer.kind === "works") return ok(RUN_ROOT, `${runRoot} can be written`);
  return missing(RUN_ROOT, `${runRoot}: ${answer.reason}`, {
    costs: "run does not work",
    flags: ["run"],
    fix: "tsdocker --run-root DIR, with a DIR that can be written",
    stopsRun: true,
  });
}

/** Whether layers can be shown with other owners instead of being copied. */
export function checkIdMapping(probe: HostProbe): CheckResult {
  const { mount, overlay } = probe.mapIds();
  if (overlay.kind === "works") {
    return ok(ID_MAPPING, "work, below an overlay too");
  }
  const answer = mount.kind === "works" ? overlay : mount;
  return degraded(ID_MAPPING, answer.reason, {
    costs: "layers are copied once for each mapping of user ids",
    flags: USER_NAMESPACE_FLAGS,
    fix: "Linux 5.19 or newer, and --root on ext4, xfs, btrfs or tmpfs",
  });
}

/** Whether there is room for layers and containers. */
export function checkDiskSpace(probe: HostProbe): CheckResult {
  const { root } = probe.roots;
  const space = probe.space(root);
  if (space === undefined) {
    return degraded(DISK, `${root}: it cannot be told`, {
      costs: "run may find the disk full",
    });
  }
  const { freeBytes, totalBytes, freeInodes, totalInodes } = space;
  if (totalBytes === 0) return ok(DISK, "not counted by this file system");
  const countsInodes = totalInodes > 0;
  const found = `${formatByteSize(freeBytes)} of ` +
    `${formatByteSize(totalBytes)} free` +
    (countsInodes ? `, ${freeInodes} inodes` : "");
  const fix = "tsdocker rm, less in the images and layers of --root, or " +
    "--root on a larger disk";
  if (freeBytes === 0 || (countsInodes && freeInodes === 0)) {
    return missing(DISK, found, {
      costs: "run does not work",
      flags: ["run"],
      fix,
      stopsRun: true,
    });
  }
  if (freeBytes < LOW_BYTES || (countsInodes && freeInodes < LOW_INODES)) {
    return degraded(DISK, found, {
      costs: "large images cannot be unpacked",
      fix,
    });
  }
  return ok(DISK, found);
}

/** Whether the program can be started again from where it lies. */
export function checkProgram(probe: HostProbe): CheckResult {
  const { kind, directory } = probe.program;
  const found = `${kind}, run from ${directory}`;
  if (mountAt(probe, directory)?.options.includes("noexec") !== true) {
    return ok(PROGRAM, found);
  }
  return missing(PROGRAM, `${found}, which is mounted noexec by now`, {
    costs: "tsdocker can neither start again nor re-invoke itself",
    flags: ["run"],
    fix: "TSDOCKER_RUNTIME_DIR=DIR on a mount without noexec",
    stopsRun: true,
  });
}
