/**
 * AppArmor of this host: whether there is one, and which profiles are loaded.
 *
 * @module
 * @see Linux Documentation/admin-guide/LSM/apparmor.rst
 */
import { HostError } from "../base/errors.ts";

const ENABLED = "/sys/module/apparmor/parameters/enabled";
/** In securityfs, which need not be mounted. */
const PROFILES = "/sys/kernel/security/apparmor/profiles";

/** Whether the kernel confines programs by profiles. */
export type AppArmorState = "enabled" | "disabled";

/**
 * Looks whether a profile could be used. Blocks.
 *
 * @param profile Its name; `unconfined` is always there.
 * @throws {HostError} If the kernel tells its profiles, and this is none.
 */
export function appArmorFor(profile: string): AppArmorState {
  if (readIfAny(ENABLED)?.startsWith("Y") !== true) return "disabled";
  const profiles = readIfAny(PROFILES);
  const isMissing = profiles !== undefined && profile !== "unconfined" &&
    !isLoaded(profile, profiles);
  if (!isMissing) return "enabled";
  throw new HostError(
    `Cannot confine the container with the AppArmor profile "${profile}": it is not loaded`,
    { advice: "apparmor_parser -r FILE; aa-status shows what is loaded" },
  );
}

/**
 * Whether a profile is among those that are loaded.
 *
 * @param profiles The text of the kernel's list.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isLoaded("my profile", "my profile (enforce)\n"));
 * assert.ok(!isLoaded("my", "my profile (enforce)\n"));
 * ```
 */
export function isLoaded(profile: string, profiles: string): boolean {
  return profiles.split("\n").some((line) =>
    line.replace(/ \(\w+\)$/, "") === profile
  );
}

function readIfAny(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
