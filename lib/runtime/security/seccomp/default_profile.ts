/**
 * The seccomp profile of a container that names no other: what docker's
 * default lets through, in rules of our own.
 *
 * Whatever is not named is refused with EPERM. So are, whatever capabilities a
 * container has: io_uring, userfaultfd and the kernel's keyrings, which have
 * been ways out of containers; kexec, swap and pivot_root, which are the
 * host's; and calls that only old programs make.
 *
 * @module
 * @see docs/seccomp.md
 */
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import { PERSONALITY } from "../../../../ffi/constants/personality.ts";
import { CLONE } from "../../../../ffi/constants/sched.ts";
import { AF } from "../../../../ffi/constants/socket.ts";
import { ALLOWED_CALLS } from "./default_profile/allowed_calls.ts";
import { calls } from "./default_profile/calls.ts";
import { CAPABILITY_CALLS } from "./default_profile/capability_calls.ts";
import type {
  ProfileArgument,
  ProfileRule,
  SeccompProfile,
} from "./profile.ts";

/** Flags of clone(2) that make a namespace; 0x80 there is part of a signal. */
const NEW_NAMESPACES = CLONE.CLONE_NEWNS | CLONE.CLONE_NEWCGROUP |
  CLONE.CLONE_NEWUTS | CLONE.CLONE_NEWIPC | CLONE.CLONE_NEWUSER |
  CLONE.CLONE_NEWPID | CLONE.CLONE_NEWNET;

/**
 * Families of sockets above those that the kernel has all of. Left out are those
 * it has dropped; AF_VSOCK, which leads to the hypervisor past the network
 * namespace; and AF_ALG, of which nobody needs the attack surface.
 */
const HIGHER_FAMILIES: readonly number[] = [
  ...[AF.AF_NETBEUI, AF.AF_SECURITY, AF.AF_KEY, AF.AF_NETLINK, AF.AF_PACKET],
  ...[AF.AF_ASH, AF.AF_RDS, AF.AF_SNA, AF.AF_PPPOX, AF.AF_LLC, AF.AF_IB],
  ...[AF.AF_MPLS, AF.AF_CAN, AF.AF_TIPC, AF.AF_BLUETOOTH, AF.AF_IUCV],
  ...[AF.AF_RXRPC, AF.AF_PHONET, AF.AF_IEEE802154, AF.AF_NFC, AF.AF_KCM],
  ...[AF.AF_QIPCRTR, AF.AF_SMC, AF.AF_XDP, AF.AF_MCTP],
];

/** What personality(2) may be asked for: nothing that undoes a protection. */
const PERSONALITIES: readonly number[] = [
  PERSONALITY.PER_LINUX,
  PERSONALITY.PER_LINUX32,
  PERSONALITY.UNAME26,
  PERSONALITY.UNAME26 | PERSONALITY.PER_LINUX32,
  // Which it is.
  0xffffffff,
];

/** Conditions on the first argument, any of which is enough. */
function firstIsOneOf(values: readonly number[]): readonly ProfileArgument[] {
  return values.map((value) => ({ index: 0, value, op: "SCMP_CMP_EQ" }));
}

const BY_ARGUMENTS: readonly ProfileRule[] = [
  {
    names: ["socket"],
    action: "SCMP_ACT_ALLOW",
    // The kernel takes the low half of the argument, so a family has to be
    // allowed: to refuse AF_VSOCK would let 0x100000028 through.
    args: [
      { index: 0, value: AF.AF_ROSE + 1, op: "SCMP_CMP_LT" },
      ...firstIsOneOf(HIGHER_FAMILIES),
    ],
  },
  {
    names: ["personality"],
    action: "SCMP_ACT_ALLOW",
    args: firstIsOneOf(PERSONALITIES),
  },
  {
    names: ["clone"],
    action: "SCMP_ACT_ALLOW",
    args: [{
      index: 0,
      value: NEW_NAMESPACES,
      valueTwo: 0,
      op: "SCMP_CMP_MASKED_EQ",
    }],
    excludes: { caps: ["CAP_SYS_ADMIN"] },
  },
  {
    // Its flags lie in memory. C libraries call clone(2) if it does not exist.
    names: ["clone3"],
    action: "SCMP_ACT_ERRNO",
    errnoRet: ERRNO.ENOSYS,
    excludes: { caps: ["CAP_SYS_ADMIN"] },
  },
];

const BY_ARCHITECTURE: readonly ProfileRule[] = [
  {
    // Segments and their bases.
    names: calls("arch_prctl modify_ldt"),
    action: "SCMP_ACT_ALLOW",
    includes: { arches: ["amd64"] },
  },
  {
    // Calls of 32-bit ARM: arguments in another order, and its own.
    names: calls(`
      arm_fadvise64_64 arm_sync_file_range sync_file_range2
      breakpoint cacheflush set_tls`),
    action: "SCMP_ACT_ALLOW",
    includes: { arches: ["arm64"] },
  },
];

const BY_CAPABILITY: readonly ProfileRule[] = Object.entries(CAPABILITY_CALLS)
  .map(([capability, names]) => ({
    names,
    action: "SCMP_ACT_ALLOW",
    includes: { caps: [capability] },
  }));

/** The default profile, for {@linkcode SeccompProfile}'s reader to resolve. */
export const DEFAULT_PROFILE: SeccompProfile = {
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: ERRNO.EPERM,
  archMap: [
    {
      architecture: "SCMP_ARCH_X86_64",
      subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    },
    {
      architecture: "SCMP_ARCH_AARCH64",
      subArchitectures: ["SCMP_ARCH_ARM"],
    },
  ],
  syscalls: [
    { names: ALLOWED_CALLS, action: "SCMP_ACT_ALLOW" },
    ...BY_ARGUMENTS,
    ...BY_ARCHITECTURE,
    ...BY_CAPABILITY,
  ],
};
