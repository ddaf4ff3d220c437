/**
 * All that `run` and `create` say about volumes, put together. Pure.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { RunOptions } from "../run_options.ts";
import {
  type BindVolume,
  depthOf,
  normalizePath,
  type VolumePlaces,
} from "../volume.ts";
import { parseMount } from "./mount_flag.ts";
import { parseTmpfs } from "./tmpfs_flag.ts";
import { parseVolume } from "./volume_flag.ts";
import { volumeOfStore } from "./volume_of_store.ts";

/** What of a configuration is about volumes. */
export type ConfiguredVolumes = Pick<
  ContainerConfig,
  "volumes" | "tmpfs" | "imageMounts"
>;

/**
 * Puts together what the flags ask for.
 *
 * @throws {UsageError} If a text is malformed, or two want the same place; a
 * volume without a name gives way.
 */
export function configureVolumes(
  options: Pick<RunOptions, "volumes" | "mounts" | "tmpfs">,
  places: VolumePlaces,
): ConfiguredVolumes {
  const mounts = options.mounts.map((text) => parseMount(text, places));
  const asked = options.volumes.map((text) => parseVolume(text, places));
  const named = asked.filter(({ volume }) => volume?.isAnonymous !== true);
  const anonymous = asked.filter(({ volume }) => volume?.isAnonymous === true);
  const volumes = [
    ...named,
    ...mounts.flatMap((one) => one.kind === "volume" ? [one.volume] : []),
  ];
  const tmpfs = [
    ...options.tmpfs.map(parseTmpfs),
    ...mounts.flatMap((one) => one.kind === "tmpfs" ? [one.tmpfs] : []),
  ];
  const imageMounts = mounts.flatMap((one) =>
    one.kind === "image" ? [one.image] : []
  );
  checkDestinations([...volumes, ...tmpfs, ...imageMounts]);
  const configured = {
    volumes,
    tmpfs,
    ...(imageMounts.length === 0 ? {} : { imageMounts }),
  };
  return withVolumes(configured, anonymous);
}

function checkDestinations(all: readonly { destination: string }[]): void {
  const seen = new Set<string>();
  for (const { destination } of all) {
    if (seen.has(destination)) {
      throw new UsageError(`Duplicate mount point: ${destination}`);
    }
    seen.add(destination);
  }
}

/**
 * Adds the volumes that an image wants to have: without names, and only where
 * nothing else has been asked for.
 *
 * @param destinations `Volumes` of the image's configuration; what is no path
 * below the root is left out.
 */
export function withImageVolumes<Draft extends ConfiguredVolumes>(
  draft: Draft,
  destinations: Iterable<string>,
  places: Pick<VolumePlaces, "volumes" | "newName">,
): Draft {
  const volumes = [...destinations].map((path) => normalizePath(`/${path}`))
    .filter((path) => path !== "/")
    .map((destination) => volumeOfStore({ destination, access: "rw" }, places));
  return withVolumes(draft, volumes);
}

/** Adds those volumes whose places are free. */
function withVolumes<Draft extends ConfiguredVolumes>(
  draft: Draft,
  added: readonly BindVolume[],
): Draft {
  const { volumes, tmpfs, imageMounts = [] } = draft;
  const taken = new Set(
    [...volumes, ...tmpfs, ...imageMounts].map(({ destination }) =>
      destination
    ),
  );
  const free = added.filter(({ destination }) => {
    const isFree = !taken.has(destination);
    taken.add(destination);
    return isFree;
  });
  if (free.length === 0) return draft;
  // One below another has to be mounted after it.
  const all = [...volumes, ...free].toSorted((a, b) => depthOf(a) - depthOf(b));
  return { ...draft, volumes: all };
}
