/**
 * Keeps volumes from being removed while somebody uses them of whom nothing
 * tells yet: a container that is being created.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { lockShared, lockWithin } from "../containers/lock.ts";

/** How long others may take to create what uses volumes. */
const HOLD_TIMEOUT_MS = 10_000;

type Store = Pick<HostPaths, "volumes">;

/** Holds all volumes. Blocks while others are removed, never for each other. */
export function holdVolumes({ volumes }: Store): Disposable {
  Deno.mkdirSync(volumes, { recursive: true, mode: 0o700 });
  return lockShared(volumes);
}

/**
 * Locks all volumes against use, for their removal.
 *
 * @returns `"busy"` if somebody holds them for long, `"missing"` if there are
 * none at all.
 */
export function lockVolumes(
  { volumes }: Store,
): Disposable | "busy" | "missing" {
  return lockWithin(volumes, HOLD_TIMEOUT_MS);
}
