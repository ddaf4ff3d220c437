/**
 * The seccomp filter of a container. Starting one with the default profile and
 * the default capabilities costs nothing: its filter was compiled beforehand.
 *
 * @module
 */
import type { SeccompFilter } from "../../plan/seccomp.ts";
import { DEFAULT_FILTER } from "./default_filter.ts";
import type { SeccompProfile } from "./profile.ts";
import type { SeccompContext } from "./resolve.ts";

/**
 * The filter for a container.
 *
 * @param choice Our default profile, or one of the user's.
 * @throws {SpecError} If the profile cannot be carried out.
 */
export function seccompFilter(
  choice: "default" | SeccompProfile,
  context: SeccompContext,
): SeccompFilter | Promise<SeccompFilter> {
  return choice === "default" && isGeneratedFor(context.capabilities)
    ? {
      program: Uint8Array.fromBase64(
        DEFAULT_FILTER.programs[context.architecture],
      ),
      flags: DEFAULT_FILTER.flags,
    }
    : compileLater(choice, context);
}

/** Capabilities that the profile does not mention make no difference. */
function isGeneratedFor(capabilities: ReadonlySet<string>): boolean {
  for (const [name, isHeld] of Object.entries(DEFAULT_FILTER.capabilities)) {
    if (capabilities.has(name) !== isHeld) return false;
  }
  return true;
}

async function compileLater(
  choice: "default" | SeccompProfile,
  context: SeccompContext,
): Promise<SeccompFilter> {
  const { compileProfile } = await import("./compile_profile.ts");
  if (choice !== "default") return compileProfile(choice, context);
  const { DEFAULT_PROFILE } = await import("./default_profile.ts");
  return compileProfile(DEFAULT_PROFILE, context);
}
