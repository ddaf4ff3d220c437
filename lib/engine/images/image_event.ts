/**
 * Events of images.
 *
 * @module
 * @see docs.docker.com/reference/cli/docker/system/events, "Images"
 */
import type { Digest } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { familiarName, parseReference } from "../../oci/reference.ts";
import { recordEvent } from "../events.ts";

/** What has happened to an image, in docker's words. */
export interface ImageChange {
  readonly action:
    | "delete"
    | "import"
    | "load"
    | "pull"
    | "push"
    | "save"
    | "tag"
    | "untag";
  /** The image's id. */
  readonly id: Digest;
  /** The name it was done under, in full or not; absent for none. */
  readonly name?: string | undefined;
}

/**
 * Writes down that something has happened to an image. As in docker, what has
 * to do with registries is told of the name.
 */
export function recordImageEvent(
  paths: Pick<HostPaths, "events">,
  { action, id, name }: ImageChange,
): void {
  const shown = name === undefined ? id : familiarName(parseReference(name));
  const isRemote = action === "pull" || action === "push";
  recordEvent(paths, {
    type: "image",
    action,
    id: isRemote ? shown : id,
    attributes: { name: shown },
  });
}

/** Writes down that images were pruned. */
export function recordImagePrune(
  paths: Pick<HostPaths, "events">,
  reclaimedBytes: number,
): void {
  recordEvent(paths, {
    type: "image",
    action: "prune",
    id: "",
    attributes: { reclaimed: String(reclaimedBytes) },
  });
}
