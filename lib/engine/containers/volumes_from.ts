/**
 * `--volumes-from`: the volumes of other containers.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ConfigDraft } from "../configure.ts";
import { type BindVolume, depthOf } from "../volume.ts";
import { findContainer } from "./find.ts";
import { readConfig } from "./records.ts";

/**
 * Adds the volumes of other containers to one that is to be created. Its own
 * come before theirs, and the last of them before the first. What is only in
 * memory, as a tmpfs, is nobody else's.
 *
 * @param texts `NAME[:ro|rw]`; `rw` makes nothing writable that is not so there.
 * @throws {NotFoundError} If there is no such container.
 * @throws {UsageError} If a text is malformed.
 */
export function withVolumesFrom<Draft extends Volumes>(
  paths: HostPaths,
  draft: Draft,
  texts: readonly string[],
): Draft {
  if (texts.length === 0) return draft;
  const byDestination = new Map<string, BindVolume>();
  for (const text of texts) {
    for (const volume of volumesOf(paths, text)) {
      byDestination.set(volume.destination, volume);
    }
  }
  for (const { destination } of draft.tmpfs) byDestination.delete(destination);
  for (const volume of draft.volumes) {
    byDestination.set(volume.destination, volume);
  }
  // One below another has to be mounted after it.
  const volumes = [...byDestination.values()]
    .toSorted((a, b) => depthOf(a) - depthOf(b));
  return { ...draft, volumes };
}

/** What of a container is asked about. */
type Volumes = Pick<ConfigDraft, "volumes" | "tmpfs">;

function volumesOf(paths: HostPaths, text: string): readonly BindVolume[] {
  const { reference, access } = parseVolumesFrom(text);
  const config = readConfig(paths, findContainer(paths, reference));
  return (config?.volumes ?? []).map((volume) => ({
    ...volume,
    // It was there when that container was created.
    create: "never",
    access: access === "ro" ? "ro" : volume.access,
    ...(volume.volume && {
      volume: {
        ...volume.volume,
        copyUp: "never" as const,
        isInherited: true as const,
      },
    }),
  }));
}

/** Whose volumes, and what may be done to them. */
export interface VolumesFrom {
  readonly reference: string;
  readonly access: BindVolume["access"];
}

/**
 * Reads one `--volumes-from`.
 *
 * @throws {UsageError} In docker's words.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseVolumesFrom("web:ro"), {
 *   reference: "web",
 *   access: "ro",
 * });
 * ```
 */
export function parseVolumesFrom(text: string): VolumesFrom {
  const colon = text.indexOf(":");
  const reference = colon < 0 ? text : text.slice(0, colon);
  const mode = colon < 0 ? "rw" : text.slice(colon + 1);
  if (reference === "") {
    throw new UsageError(
      `invalid volumes-from specification "${text}": there is no container`,
      { advice: "--volumes-from NAME or --volumes-from NAME:ro" },
    );
  }
  const words = mode.split(",");
  if (words.some((word) => !MODES.has(word))) {
    throw new UsageError(`invalid mode for volumes-from: ${mode}`, {
      advice: `--volumes-from ${reference}:ro`,
    });
  }
  return { reference, access: words.includes("ro") ? "ro" : "rw" };
}

/** The last two are for hosts that label files. */
const MODES: ReadonlySet<string> = new Set(["ro", "rw", "z", "Z"]);
