/**
 * Who has leases: links in a directory, each leading to its owner's id.
 *
 * @module
 */
import { namesIn } from "../base/names_in.ts";

/**
 * The names of an owner's leases.
 *
 * @param directory It need not be there.
 */
export function leasesIn(directory: string, owner: string): string[] {
  return namesIn(directory)
    .filter((name) => ownerOf(`${directory}/${name}`) === owner);
}

/** Whose a lease is; `undefined` if it has just been given up. */
export function ownerOf(lease: string): string | undefined {
  try {
    return Deno.readLinkSync(lease);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
