/**
 * The host's side of bind volumes.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import { targetExists } from "../base/path_exists.ts";
import type { BindVolume } from "./volume.ts";

/**
 * Makes sure that every source exists, and creates those that may be created.
 * Volumes of the store are made later.
 *
 * @throws {UsageError} If one is missing, nothing has been created then; or if
 * one cannot be created.
 */
export function checkVolumes(volumes: readonly BindVolume[]): void {
  const missing = volumes.filter(({ source, volume }) =>
    volume === undefined && !targetExists(source)
  );
  for (const { source, destination, create } of missing) {
    if (create === "directory") continue;
    throw new UsageError(
      `bind source path does not exist: "${source}" (${nearest(source)})`,
      { advice: `mkdir -p, or -v ${source}:${destination}:create` },
    );
  }
  for (const { source } of missing) createDirectory(source);
}

function createDirectory(source: string): void {
  try {
    Deno.mkdirSync(source, { recursive: true });
  } catch (error) {
    // The file system's own words, without the call and the path.
    const why = error instanceof Error ? error.message.replace(/: .*/, "") : "";
    throw new UsageError(`Cannot create "${source}" to bind: ${why}`, {
      cause: error,
      advice: "-v DIR:DST with a directory that exists",
    });
  }
}

/** How much of the path is there: where the typing error is. */
function nearest(source: string): string {
  let path = source;
  while (path !== "" && !targetExists(path)) {
    path = path.slice(0, path.lastIndexOf("/"));
  }
  return `"${path || "/"}" does exist`;
}
