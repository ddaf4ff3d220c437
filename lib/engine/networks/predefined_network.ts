/**
 * Networks that are there without having been made, and are never removed.
 *
 * @module
 */

/** Their names, as docker has them. */
export const PREDEFINED_NETWORKS = ["bridge", "host", "none"] as const;

/** Whether a network of this name is there by itself. */
export function isPredefined(name: string): boolean {
  return PREDEFINED_NETWORKS.some((one) => one === name);
}
