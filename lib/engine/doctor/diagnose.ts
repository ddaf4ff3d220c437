/**
 * All checks of the host, in the order they are read.
 *
 * @module
 */
import type { CheckResult } from "./check_result.ts";
import {
  checkCgroups,
  checkControllers,
  checkDevices,
  checkFreezer,
} from "./cgroups.ts";
import {
  checkDeviceNodes,
  checkFileSystems,
  checkFullProc,
} from "./file_systems.ts";
import type { HostProbe } from "./host_probe.ts";
import { checkKernel, checkOptionalCalls, checkSystemCalls } from "./kernel.ts";
import {
  checkMemory,
  checkOpenFiles,
  checkProcessLimit,
  checkSwap,
  checkTasks,
} from "./limits.ts";
import { checkLauncher, checkNamespaces } from "./namespaces.ts";
import {
  checkBridge,
  checkBridgeFilter,
  checkFirewalls,
  checkIpForward,
  checkNftables,
} from "./network.ts";
import {
  checkDefaultCapabilities,
  checkNeededCapabilities,
  checkOtherCapabilities,
  checkResourceCapability,
} from "./privileges.ts";
import {
  checkAppArmor,
  checkKeyrings,
  checkNestedNamespaces,
  checkSeccomp,
  checkSelinux,
} from "./security.ts";
import {
  checkDiskSpace,
  checkIdMapping,
  checkOverlay,
  checkProgram,
  checkRunRoot,
} from "./storage.ts";
import {
  checkOuterContainer,
  checkOuterUserNamespace,
  checkUser,
} from "./surroundings.ts";

/** Looks at one thing, or at several of a kind. */
type Check = (probe: HostProbe) => CheckResult | readonly CheckResult[];

/** What belongs together. */
export interface Section {
  readonly title: string;
  readonly results: readonly CheckResult[];
}

/** What all checks come to. */
export interface Diagnosis {
  /** Whether `run` works, though perhaps not every flag. */
  readonly ok: boolean;
  readonly sections: readonly Section[];
  /**
   * Whether checks were left out since only root can make them. Then `ok` is
   * false, as `run` takes root too.
   */
  readonly isPartial: boolean;
}

interface SectionPlan {
  readonly title: string;
  readonly checks: readonly Check[];
}

const SECTIONS: readonly SectionPlan[] = [
  {
    title: "Host",
    checks: [
      checkKernel,
      checkSystemCalls,
      checkOptionalCalls,
      checkUser,
      checkOuterContainer,
      checkOuterUserNamespace,
      checkProgram,
      checkMemory,
      checkSwap,
      checkTasks,
      checkOpenFiles,
      checkProcessLimit,
    ],
  },
  {
    title: "Namespaces",
    checks: [
      checkLauncher,
      checkNamespaces,
      checkFileSystems,
      checkDeviceNodes,
      checkFullProc,
      checkNestedNamespaces,
    ],
  },
  {
    title: "Storage",
    checks: [checkOverlay, checkRunRoot, checkDiskSpace, checkIdMapping],
  },
  {
    title: "Limits",
    checks: [checkCgroups, checkControllers, checkFreezer, checkDevices],
  },
  {
    title: "Privileges",
    checks: [
      checkNeededCapabilities,
      checkDefaultCapabilities,
      checkResourceCapability,
      checkOtherCapabilities,
      checkSeccomp,
      checkKeyrings,
      checkAppArmor,
      checkSelinux,
    ],
  },
  {
    title: "Network",
    checks: [
      checkNftables,
      checkBridge,
      checkIpForward,
      checkBridgeFilter,
      checkFirewalls,
    ],
  },
];

/** Checks that learn the truth whoever makes them. */
const FOR_ANYBODY: ReadonlySet<Check> = new Set<Check>([
  checkKernel,
  checkUser,
  checkOuterContainer,
  checkOuterUserNamespace,
  checkProgram,
  checkMemory,
  checkSwap,
  checkTasks,
  checkOpenFiles,
  checkProcessLimit,
  checkNestedNamespaces,
  checkDiskSpace,
  checkAppArmor,
  checkSelinux,
  checkIpForward,
  checkBridgeFilter,
]);

/**
 * Examines the host. Blocks for some ten milliseconds, and leaves no trace on
 * it.
 *
 * @param probe How the host is asked.
 */
export function diagnose(probe: HostProbe): Diagnosis {
  const isPartial = probe.uid !== 0;
  const sections = SECTIONS.map(({ title, checks }): Section => {
    const made = checks.filter((check) => !isPartial || FOR_ANYBODY.has(check));
    return { title, results: made.flatMap((check) => check(probe)) };
  }).filter(({ results }) => results.length > 0);
  const ok = !sections.some(({ results }) =>
    results.some(({ stopsRun }) => stopsRun === true)
  );
  return { ok, sections, isPartial };
}
