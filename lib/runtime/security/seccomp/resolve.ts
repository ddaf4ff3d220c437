/**
 * Resolves a profile for one host and container: which rules are in force, and
 * which architectures' calls are judged. Pure.
 *
 * @module
 * @see docs.docker.com/engine/security/seccomp
 */
import type { ExactInteger } from "../../../base/json_value.ts";
import type { Arch } from "../../../../ffi/arch/arch.ts";
import type {
  LinuxSeccomp,
  SeccompArchitecture,
  SeccompRule,
} from "../../../oci/linux_seccomp.ts";
import { isKernelAtLeast, type Kernel } from "../../../base/kernel_version.ts";
import { HOSTS } from "./architecture.ts";
import type {
  ProfileCondition,
  ProfileRule,
  SeccompProfile,
} from "./profile.ts";

/** What a profile may depend on. */
export interface SeccompContext {
  /** The bounding set, such as `CAP_SYS_ADMIN`. */
  readonly capabilities: ReadonlySet<string>;
  readonly architecture: Arch;
  readonly kernel: Kernel;
}

/**
 * The policy that a profile is on a host.
 *
 * A rule that includes capabilities is in force if the container has all of
 * them; one that excludes some is not if it has any. Of architectures, the host
 * has to be among those included, and not among those excluded.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const policy = resolveProfile({
 *   defaultAction: "SCMP_ACT_ERRNO",
 *   syscalls: [{
 *     names: ["mount"],
 *     action: "SCMP_ACT_ALLOW",
 *     includes: { caps: ["CAP_SYS_ADMIN"] },
 *   }],
 * }, {
 *   capabilities: new Set(),
 *   architecture: "x86_64",
 *   kernel: { major: 6, minor: 18 },
 * });
 * assert.deepEqual(policy.syscalls, []);
 * ```
 */
export function resolveProfile(
  profile: SeccompProfile,
  context: SeccompContext,
): LinuxSeccomp {
  const { defaultAction, defaultErrnoRet, flags } = profile;
  return {
    defaultAction,
    ...defaultErrnoRet === undefined ? {} : { defaultErrnoRet },
    architectures: architecturesOf(profile, context.architecture),
    ...flags === undefined ? {} : { flags },
    syscalls: profile.syscalls.filter((rule) => isInForce(rule, context))
      .map(plainRule),
  };
}

function architecturesOf(
  { architectures, archMap }: SeccompProfile,
  host: Arch,
): readonly SeccompArchitecture[] {
  const { native } = HOSTS[host];
  const family = archMap?.find(({ architecture }) => architecture === native);
  return [
    ...architectures ?? [],
    ...family === undefined ? [] : [native, ...family.subArchitectures],
  ];
}

function isInForce(rule: ProfileRule, context: SeccompContext): boolean {
  return isIncluded(rule.includes ?? {}, context) &&
    !isExcluded(rule.excludes ?? {}, context);
}

/** Lists that are empty say nothing. */
function isIncluded(
  { caps = [], arches = [], minKernel }: ProfileCondition,
  { capabilities, architecture, kernel }: SeccompContext,
): boolean {
  return caps.every((capability) => capabilities.has(capability)) &&
    (arches.length === 0 || arches.includes(HOSTS[architecture].docker)) &&
    (minKernel === undefined || isKernelAtLeast(kernel, minKernel));
}

function isExcluded(
  { caps = [], arches = [], minKernel }: ProfileCondition,
  { capabilities, architecture, kernel }: SeccompContext,
): boolean {
  return caps.some((capability) => capabilities.has(capability)) ||
    arches.includes(HOSTS[architecture].docker) ||
    (minKernel !== undefined && isKernelAtLeast(kernel, minKernel));
}

/** The rule without what it depended on, its numbers exact. */
function plainRule(
  { names, action, errnoRet, args }: ProfileRule,
): SeccompRule {
  return {
    names,
    action,
    ...errnoRet === undefined ? {} : { errnoRet },
    ...args === undefined ? {} : {
      args: args.map(({ index, value, valueTwo, op }) => ({
        index,
        value: exact(value),
        ...valueTwo === undefined ? {} : { valueTwo: exact(valueTwo) },
        op,
      })),
    },
  };
}

function exact(value: ExactInteger): number | bigint {
  return typeof value === "string" ? BigInt(value) : value;
}
