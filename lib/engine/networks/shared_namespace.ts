/**
 * Marks of containers whose network namespace others have joined: it goes on
 * when they end, and their devices with it unless those are taken away.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { namesIn } from "../../base/names_in.ts";
import { removePath } from "../../base/remove_tree.ts";

type Paths = Pick<HostPaths, "states">;

/**
 * Marks a container that runs, before its namespace is joined; others may be
 * doing the same.
 *
 * @throws {Deno.errors.NotFound} If it has just ended.
 */
export function markShared(paths: Paths, id: ContainerId): void {
  Deno.writeTextFileSync(markOf(paths, id), "", { mode: 0o600 });
}

/** Whether somebody has joined its namespace; they may be gone again. */
export function isShared(paths: Paths, id: ContainerId): boolean {
  // A file that is missing takes longer to be asked for by its name.
  return namesIn(directoryOf(paths, id)).includes(MARK);
}

/** Removes the mark, if there is one. */
export function unmarkShared(paths: Paths, id: ContainerId): void {
  if (isShared(paths, id)) removePath(markOf(paths, id));
}

const MARK = "network.shared";

function markOf(paths: Paths, id: ContainerId): string {
  return `${directoryOf(paths, id)}/${MARK}`;
}

function directoryOf({ states }: Paths, id: ContainerId): string {
  return `${states}/${id}`;
}
