/**
 * What is different with a user namespace: whose files are made while
 * preparing, and how the new process becomes root inside.
 *
 * @module
 * @see user_namespaces(7), mount_namespaces(7), "Restrictions on mount namespaces"
 * @see Linux Documentation/filesystems/idmappings.rst
 */
import { MOUNT } from "../../../ffi/constants/mount.ts";
import { PRCTL } from "../../../ffi/constants/prctl.ts";
import { SECUREBITS } from "../../../ffi/constants/securebits.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { Mount, RuntimeSpec } from "../../oci/runtime_spec.ts";
import { hostId, type IdKind, isUserNamespaced, tryHostId } from "./id_map.ts";
import { parentDeathStep } from "./program.ts";
import type { ChildStep, PrepareStep } from "./step.ts";

/** Name of the descriptor of a user namespace with the container's ids. */
export const USER_NAMESPACE = "userns";

/**
 * Plans that files, nodes and mounts made by the steps in between belong to the
 * container's root. Only the user whom the kernel takes for making files is
 * changed: capabilities and all else stay.
 *
 * @returns Steps before and after them; none without a user namespace.
 */
export function fileOwnerSteps(
  spec: RuntimeSpec,
): { readonly begin: PrepareStep[]; readonly end: PrepareStep[] } {
  if (!isUserNamespaced(spec)) return { begin: [], end: [] };
  return {
    begin: [
      {
        call: "prctl",
        args: [flags(PRCTL, "PR_GET_DUMPABLE")],
        as: "dumpable",
        why: "a change of user clears it; it is put back below",
      },
      {
        call: "prctl",
        args: [flags(PRCTL, "PR_GET_SECUREBITS")],
        as: "securebits",
        why: "to be put back below",
      },
      {
        call: "prctl",
        args: [
          flags(PRCTL, "PR_SET_SECUREBITS"),
          flags(SECUREBITS, "SECBIT_NO_SETUID_FIXUP"),
        ],
        why: "or the change of user would take capabilities away",
      },
      {
        call: "setfsgid",
        args: [hostId(spec, "gid", 0)],
        as: "fsgid",
        why: "what is made from here on has the group of the container's root",
      },
      {
        call: "setfsuid",
        args: [hostId(spec, "uid", 0)],
        as: "fsuid",
        why: "and belongs to it: other owners could not be stored in its layer",
      },
    ],
    end: [
      restore("setfsuid", "fsuid"),
      restore("setfsgid", "fsgid"),
      restoreByPrctl("PR_SET_SECUREBITS", "securebits"),
      restoreByPrctl("PR_SET_DUMPABLE", "dumpable"),
    ],
  };
}

const RESTORING = "the calling thread goes on as it was";

function restore(call: "setfsuid" | "setfsgid", result: string): PrepareStep {
  return {
    call,
    args: [{ result }],
    always: "also on failure",
    why: RESTORING,
  };
}

function restoreByPrctl(
  operation: "PR_SET_SECUREBITS" | "PR_SET_DUMPABLE",
  result: string,
): PrepareStep {
  return {
    call: "prctl",
    args: [flags(PRCTL, operation), { result }],
    // PR_SET_DUMPABLE does not take the 2 that PR_GET_DUMPABLE may tell.
    tolerate: ["EINVAL"],
    always: "also on failure",
    why: RESTORING,
  };
}

/**
 * A mount with the owners among its options as ids of the host, for a mount
 * that is made there. A terminal's group that is not mapped is left out.
 *
 * @throws {SpecError} If another owner is not mapped.
 */
export function withHostOwners(spec: RuntimeSpec, mount: Mount): Mount {
  if (!isUserNamespaced(spec)) return mount;
  const options = mount.options.flatMap((option) => {
    const [, kind, id] = /^(uid|gid)=(\d+)$/.exec(option) ?? [];
    if (kind === undefined) return [option];
    const translate = mount.type === "devpts" ? tryHostId : hostId;
    const host = translate(spec, kind as IdKind, Number(id));
    return host === undefined ? [] : [`${kind}=${host}`];
  });
  return { ...mount, options };
}

/**
 * Plans making the root one that pivot_root(2) takes; before it is entered.
 * The mounts of a namespace that another user namespace owns came with it
 * locked, so that what they cover stays covered.
 */
export function unlockRootSteps(spec: RuntimeSpec): readonly ChildStep[] {
  if (!isUserNamespaced(spec)) return [];
  const { path } = spec.root;
  return [{
    call: "mount",
    args: [path, path, null, flags(MOUNT, "MS_BIND", "MS_REC"), null],
    why: "a mount of its own: the one it came with is locked in its place",
  }];
}

/**
 * Plans becoming the container's root, once no path of the host is needed any
 * more: until then the new process is a user of the host that it has no id for,
 * with all capabilities inside.
 *
 * @param afterUser Made once the user has been changed.
 */
export function becomeRootSteps(
  spec: RuntimeSpec,
  afterUser: readonly ChildStep[] = [
    parentDeathStep("once more: a change of user clears it"),
  ],
): readonly ChildStep[] {
  if (!isUserNamespaced(spec)) return [];
  return [
    { call: "setgroups", args: [0, null], why: "no group of the host's" },
    {
      call: "setresgid",
      args: [0, 0, 0],
      why: "group 0 of its user namespace",
    },
    {
      call: "setresuid",
      args: [0, 0, 0],
      why: "user 0 of its user namespace: what it mounts from here on is its",
    },
    ...afterUser,
  ];
}
