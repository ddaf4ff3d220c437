/**
 * Ids for a container's user namespace that no other container has. They are
 * claimed by its configuration, under a lock until that is written.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { flock } from "../../../ffi/calls/flock.ts";
import {
  AT_FDCWD,
  LOCK_EX,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { readTextFileIfExists } from "../../base/atomic_file.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { IdMapping } from "../../oci/runtime_spec.ts";
import type { ContainerConfig } from "../container_config.ts";
import {
  type ByKind,
  type IdRange,
  type IdSituation,
  parseOwnMap,
  parseSubordinate,
  resolveUserNamespace,
} from "../user_namespace.ts";
import { listIds } from "./list.ts";
import { readConfig } from "./records.ts";

/** What of a configuration the choice of a user namespace decides. */
export type IdChoice = Pick<ContainerConfig, "user" | "idMappings">;

/** Ids that are a container's once its configuration is written. */
export interface ClaimedIds extends Disposable {
  readonly choice: IdChoice;
}

/** What of a draft takes part in the choice. */
type Draft = Pick<ContainerConfig, "user" | "userns">;

/**
 * Chooses a container's ids and keeps others from choosing any until the claim
 * is disposed of; waits for others who do. Costs nothing without a user
 * namespace.
 *
 * @param invoker Whose ids `--userns keep-id` keeps.
 * @throws {HostError} If there are not enough ids.
 */
export function claimIds(
  paths: HostPaths,
  draft: Draft,
  invoker: ByKind<number>,
): ClaimedIds {
  const lock = draft.userns.kind === "host"
    ? undefined
    : lockAlone(paths.containers);
  try {
    const choice = chooseIds(paths, draft, invoker);
    return { choice, [Symbol.dispose]: () => lock?.[Symbol.dispose]() };
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw error;
  }
}

/** Chooses a container's ids as they would be now, and claims none. */
export function chooseIds(
  paths: HostPaths,
  { user, userns }: Draft,
  invoker: ByKind<number>,
): IdChoice {
  if (userns.kind === "host") return { user };
  const idMappings = resolveUserNamespace(userns, {
    invoker,
    ...hostSituation(paths),
  });
  return {
    // Who keeps his ids wants to be himself.
    user: userns.kind === "keep-id" && user === ""
      ? `${invoker.uid}:${invoker.gid}`
      : user,
    ...(idMappings === undefined ? {} : { idMappings }),
  };
}

function hostSituation(paths: HostPaths): Omit<IdSituation, "invoker"> {
  const read = (path: string): string => readTextFileIfExists(path) ?? "";
  return {
    taken: takenIds(paths),
    subordinate: {
      uid: parseSubordinate(read("/etc/subuid")),
      gid: parseSubordinate(read("/etc/subgid")),
    },
    existing: {
      uid: parseOwnMap(read("/proc/self/uid_map")),
      gid: parseOwnMap(read("/proc/self/gid_map")),
    },
  };
}

function takenIds(paths: HostPaths): ByKind<readonly IdRange[]> {
  const all = listIds(paths).map((id) => readConfig(paths, id)?.idMappings);
  return {
    uid: all.flatMap((mappings) => mappings?.uid.map(hostRange) ?? []),
    gid: all.flatMap((mappings) => mappings?.gid.map(hostRange) ?? []),
  };
}

function hostRange({ hostID, size }: IdMapping): IdRange {
  return { first: hostID, size };
}

/** One at a time: a lock on the directory of all containers. */
function lockAlone(directory: string): Fd {
  const opened = openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
  flock(opened.number, LOCK_EX);
  return opened;
}
