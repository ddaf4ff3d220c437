/**
 * User, groups and capabilities of the program.
 *
 * @module
 * @see runtime-spec 1.2, config.md, "User" and "Linux Process"
 * @see capabilities(7)
 */
import {
  CAPABILITY,
  CAPABILITY_VERSION,
} from "../../../ffi/constants/capability.ts";
import { AMBIENT, PRCTL } from "../../../ffi/constants/prctl.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { RecordArgument } from "../../../ffi/record.ts";
import type { Capabilities, Process } from "../../oci/runtime_spec.ts";
import { capabilityMask } from "../security/capabilities.ts";
import { type SeccompFilter, seccompStep } from "./seccomp.ts";
import type { ChildStep } from "./step.ts";

/** What the change of credentials has to be woven with. */
export interface CredentialOptions {
  /** Instructions of a seccomp filter; none without it. */
  readonly seccomp?: SeccompFilter;
  /** Made once the user has been changed. */
  readonly afterUser: readonly ChildStep[];
}

/**
 * Plans the change from the caller's credentials to the program's.
 *
 * The filter comes as late as it can, since it judges the steps behind it too.
 * Installing it takes either `no_new_privs` or CAP_SYS_ADMIN, which a change of
 * user would lose.
 */
export function credentialSteps(
  process: Process,
  { seccomp, afterUser }: CredentialOptions,
): readonly ChildStep[] {
  const { user, capabilities, noNewPrivileges } = process;
  const isPrivileged = seccomp !== undefined && noNewPrivileges !== true;
  const keeps = user.uid !== 0 &&
    (capabilities.permitted.length > 0 || isPrivileged);
  return [
    ...boundingSteps(capabilities),
    ...(keeps ? [keepCapabilities()] : []),
    {
      call: "setgroups",
      args: [user.additionalGids.length, groupList(user.additionalGids)],
      why: "supplementary groups; the caller's own must not leak in",
    },
    {
      call: "setresgid",
      args: [user.gid, user.gid, user.gid],
      why: "the group first: after setresuid it would be refused",
    },
    {
      call: "setresuid",
      args: [user.uid, user.uid, user.uid],
      why: "the user",
    },
    ...afterUser,
    ...(isPrivileged && keeps ? [regainForFilter(capabilities)] : []),
    ...(isPrivileged ? [seccompStep(seccomp)] : []),
    {
      call: "capset",
      args: [capabilityHeader(), capabilityData(capabilities)],
      why: "effective, permitted and inheritable capabilities",
    },
    ...ambientSteps(capabilities),
    ...(noNewPrivileges === true ? [noNewPrivilegesStep()] : []),
    ...(seccomp !== undefined && !isPrivileged ? [seccompStep(seccomp)] : []),
  ];
}

/** The change of user has emptied the effective set, the kept one is left. */
function regainForFilter({ permitted, inheritable }: Capabilities): ChildStep {
  const held = [...new Set([...permitted, "CAP_SYS_ADMIN" as const])];
  return {
    call: "capset",
    args: [
      capabilityHeader(),
      capabilityData({ effective: held, permitted: held, inheritable }),
    ],
    why: "CAP_SYS_ADMIN once more, for the filter; the next capset drops it",
  };
}

/** Everything not listed leaves the bounding set; unknown ones fail softly. */
function boundingSteps(capabilities: Capabilities): ChildStep[] {
  const kept = new Set<string>(capabilities.bounding);
  const drop = flags(PRCTL, "PR_CAPBSET_DROP");
  const steps: ChildStep[] = [];
  for (const [text, value] of Object.entries(CAPABILITY)) {
    if (kept.has(text)) continue;
    steps.push({
      call: "prctl",
      args: [drop, { value, text }],
      tolerate: ["EINVAL"],
      why: "no program inside can regain it (EINVAL: an older kernel has none)",
    });
  }
  return steps;
}

function keepCapabilities(): ChildStep {
  return {
    call: "prctl",
    args: [flags(PRCTL, "PR_SET_KEEPCAPS"), 1],
    why: "permitted capabilities survive the change of user; execve clears it",
  };
}

function ambientSteps(capabilities: Capabilities): ChildStep[] {
  return capabilities.ambient.map((name) => ({
    call: "prctl",
    args: [
      flags(PRCTL, "PR_CAP_AMBIENT"),
      flags(AMBIENT, "PR_CAP_AMBIENT_RAISE"),
      flags(CAPABILITY, name),
      0,
      0,
    ],
    why: "stays effective across execve for a user that is not root",
  }));
}

function noNewPrivilegesStep(): ChildStep {
  return {
    call: "prctl",
    args: [flags(PRCTL, "PR_SET_NO_NEW_PRIVS"), 1, 0, 0, 0],
    why: "setuid programs gain nothing",
  };
}

function groupList(gids: readonly number[]): RecordArgument {
  if (gids.length === 0) return null;
  return {
    bytes: new Uint8Array(new Uint32Array(gids).buffer),
    text: `[${gids.join(", ")}]`,
  };
}

function capabilityHeader(): RecordArgument {
  const version = CAPABILITY_VERSION._LINUX_CAPABILITY_VERSION_3;
  return {
    bytes: new Uint8Array(new Uint32Array([version, 0]).buffer),
    text: "{_LINUX_CAPABILITY_VERSION_3, 0}",
  };
}

/** Two `struct __user_cap_data_struct`: the low words, then the high ones. */
function capabilityData(
  sets: Pick<Capabilities, "effective" | "permitted" | "inheritable">,
): RecordArgument {
  const masks = [sets.effective, sets.permitted, sets.inheritable].map(
    capabilityMask,
  );
  const low = masks.map((mask) => Number(mask & 0xffff_ffffn));
  const high = masks.map((mask) => Number(mask >> 32n));
  const [effective, permitted, inheritable] = masks.map((mask) =>
    `0x${mask.toString(16)}`
  );
  return {
    bytes: new Uint8Array(new Uint32Array([...low, ...high]).buffer),
    text:
      `{effective=${effective}, permitted=${permitted}, inheritable=${inheritable}}`,
  };
}
