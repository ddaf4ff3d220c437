/**
 * The files of a container, put together for as long as they are needed: in a
 * mount tree that is attached nowhere, so that nobody else sees it and a crash
 * leaves nothing to unmount.
 *
 * @module
 * @see open_tree(2), `OPEN_TREE_CLONE`
 */
import {
  AT_FDCWD,
  AT_RECURSIVE,
  O_CLOEXEC,
} from "../../../ffi/constants/fcntl.ts";
import { OPEN_TREE } from "../../../ffi/constants/mount.ts";
import { Fd } from "../../../ffi/fd.ts";
import type { Results } from "../../../ffi/record.ts";
import { syscall } from "../../../ffi/syscall.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { pathExists } from "../../base/path_exists.ts";
import type { Mount } from "../../oci/runtime_spec.ts";
import { idMappedSteps } from "../../runtime/plan/id_mapped_mounts.ts";
import { mountSteps } from "../../runtime/plan/mounts.ts";
import type { RootMount } from "../../runtime/plan/overlay_root.ts";
import { privateMountSteps, rootSteps } from "../../runtime/plan/rootfs.ts";
import { USER_NAMESPACE } from "../../runtime/plan/user_namespace.ts";
import {
  asFileMaker,
  type FileMaker,
} from "../../runtime/rootfs/file_maker.ts";
import { prepare } from "../../runtime/rootfs/prepare.ts";
import { PrivateMounts } from "../../runtime/rootfs/private_mounts.ts";
import {
  overlayOptions,
  readonlyOverlayOptions,
} from "../../storage/overlay.ts";
import {
  overlayDirectories,
  type Snapshot,
  snapshotDirectories,
} from "../../storage/snapshot.ts";
import type { ContainerConfig } from "../container_config.ts";
import { OWN_FILES } from "../own_files.ts";
import { buildMounts } from "../spec/mounts.ts";
import { filesDirectory } from "./files.ts";

/** What a root is put together from. */
export interface RootParts {
  readonly config: ContainerConfig;
  readonly snapshot: Snapshot;
  /** A user namespace with its ids; present if its owners are mapped. */
  readonly userns?: Fd;
  /** Who makes the mount points that are missing: the container's root. */
  readonly maker: FileMaker;
}

/**
 * Mounts a container's layers with its volumes, for reading and writing. Its
 * caller holds the container's lock, and it is not running: nobody else may
 * have the same layers mounted.
 *
 * @returns The root of the mount tree, which lives as long as it is open.
 * @throws {StartError} If something cannot be mounted.
 */
export function mountRoot(paths: HostPaths, parts: RootParts): Fd {
  const { config, snapshot } = parts;
  const options = overlayOptions(overlayDirectories(snapshot, "kept"));
  if (config.readOnly) options.push("ro");
  const overlay = { options, lower: snapshot.lower };
  return mountTree(parts, overlay, storedMounts(paths, config));
}

/**
 * Mounts a container's layers for reading, without what was mounted over them;
 * it may be running.
 *
 * @returns As of {@linkcode mountRoot}.
 * @throws {StartError} If they cannot be mounted.
 */
export function mountLayers(parts: RootParts): Fd {
  const { upper, lower } = parts.snapshot;
  const options = readonlyOverlayOptions({ upper, lower });
  return mountTree(parts, { options, lower: [upper, ...lower] }, []);
}

function mountTree(
  { config, snapshot, userns, maker }: RootParts,
  { options, lower }: Required<Pick<RootMount, "options" | "lower">>,
  mounts: readonly Mount[],
): Fd {
  const root = { path: snapshot.merged, readonly: false };
  const overlay: RootMount = {
    destination: "/",
    type: "overlay",
    source: "overlay",
    options: [...options, "nodev"],
    lower,
  };
  const isMapped = config.layerOwners === "mapped";
  const results: Results = new Map();
  if (userns !== undefined) results.set(USER_NAMESPACE, userns.number);
  using owner = new DisposableStack();
  using _mounts = new PrivateMounts();
  const covered = isMapped ? snapshotDirectories(snapshot) : [];
  prepare(
    [...privateMountSteps(), ...idMappedSteps(covered)],
    results,
    owner,
  );
  return asFileMaker(maker, () => {
    prepare(rootSteps({ root }, [overlay]), results, owner);
    const steps = mounts.map((mount) =>
      userns === undefined ? withoutIdMap(mount) : mount
    ).flatMap((mount, index) => mountSteps(mount, index, []).prepare);
    prepare(steps, results, owner);
    return cloneTree(snapshot.merged);
  });
}

/** The host's root sees files whoever they belong to. */
function withoutIdMap(mount: Mount): Mount {
  const options = mount.options.filter((option) => option !== "idmap");
  return { ...mount, options };
}

/** It outlives the private namespace, in which it is mounted no more. */
function cloneTree(path: string): Fd {
  const flags = OPEN_TREE.OPEN_TREE_CLONE | AT_RECURSIVE | O_CLOEXEC;
  return new Fd(syscall("open_tree", AT_FDCWD, path, flags));
}

/** Mounts of files that there are without a process: volumes, and our own. */
function storedMounts(paths: HostPaths, config: ContainerConfig): Mount[] {
  const filesPath = filesDirectory(paths, config);
  const stored = new Set([
    ...config.volumes.map(({ source }) => source),
    ...OWN_FILES.map((name) => `${filesPath}/${name}`),
  ]);
  return buildMounts(config, filesPath).filter(({ type, source }) =>
    // A volume whose source is gone must not keep one from the other files.
    type === "bind" && stored.has(source) && pathExists(source)
  );
}
