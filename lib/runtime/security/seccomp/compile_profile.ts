/**
 * Compiles a profile for one container to what seccomp(2) takes. Large with all
 * it imports: import it where a profile has to be compiled, and not before.
 *
 * @module
 */
import { SECCOMP_FILTER_FLAG } from "../../../../ffi/constants/seccomp.ts";
import type { SeccompFlag } from "../../../oci/linux_seccomp.ts";
import type { SeccompFilter } from "../../plan/seccomp.ts";
import { compileSeccomp } from "./compile.ts";
import type { SeccompProfile } from "./profile.ts";
import { resolveProfile, type SeccompContext } from "./resolve.ts";

/**
 * What runc sets where a profile says nothing: without it, old kernels slow the
 * program down to guard it against speculation.
 */
const DEFAULT_FLAGS: readonly SeccompFlag[] = [
  "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
];

/** Without a listener, which we never have, the kernel refuses it. */
const OF_LISTENERS: SeccompFlag = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV";

/**
 * Compiles a profile. Calls newer than the newest that it names are answered
 * with ENOSYS where it would refuse them, as runc does.
 *
 * @throws {SpecError} If it cannot be carried out; `pointer` is a place in what
 * {@linkcode resolveProfile} made of it.
 */
export function compileProfile(
  profile: SeccompProfile,
  context: SeccompContext,
): SeccompFilter {
  const seccomp = resolveProfile(profile, context);
  return {
    program: compileSeccomp(seccomp, context.architecture, {
      newerCalls: "ENOSYS",
    }),
    flags: (seccomp.flags ?? DEFAULT_FLAGS)
      .filter((flag) => flag !== OF_LISTENERS)
      .reduce((bits, flag) => bits | SECCOMP_FILTER_FLAG[flag], 0),
  };
}
