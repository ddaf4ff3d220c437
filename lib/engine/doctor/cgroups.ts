/**
 * Checks of control groups, controller by controller: where it is, whether
 * cgroups can be made there, and what its files turn out to be.
 *
 * @module
 * @see cgroups(7)
 */
import { DEFAULT_DEVICE_RULES } from "../../runtime/cgroups/default_device_rules.ts";
import { foldDeviceRules } from "../../runtime/cgroups/device_rules.ts";
import type { Hierarchy } from "../../runtime/cgroups/hierarchy.ts";
import {
  deviceProgram,
  loadProgramArguments,
} from "../../runtime/cgroups/v2/devices.ts";
import {
  type CheckResult,
  degraded,
  type Loss,
  missing,
  ok,
} from "./check_result.ts";
import {
  CONTROLLER_FACTS,
  type ControllerFacts,
  type ControllerPart,
} from "./controllers.ts";
import { delegationProblem } from "./delegation.ts";
import { findHierarchies, hierarchyOf, words } from "./hierarchies.ts";
import type { HostProbe } from "./host_probe.ts";

const CGROUPS = { id: "cgroups", title: "cgroups" };
const DEVICES = { id: "cgroup-devices", title: "cgroup devices" };

/** Whether there are control groups at all, and of which version. */
export function checkCgroups(probe: HostProbe): CheckResult {
  const hierarchies = findHierarchies(probe);
  if (hierarchies.length === 0) {
    return missing(CGROUPS, "no hierarchy is mounted", {
      costs: "no limit of any kind holds, and no list of devices",
      fix: "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
    });
  }
  const versions = new Set(hierarchies.map(({ version }) => version));
  const mode = versions.size === 2 ? "hybrid" : [...versions].join();
  const controllers = hierarchies.flatMap(({ controllers }) => controllers);
  return ok(CGROUPS, `${mode}: ${controllers.join(", ") || "no controllers"}`);
}

/** Whether each controller can limit a container. */
export function checkControllers(probe: HostProbe): readonly CheckResult[] {
  const hierarchies = findHierarchies(probe);
  return CONTROLLER_FACTS.map((facts) =>
    checkController(facts, hierarchies, probe)
  );
}

function checkController(
  facts: ControllerFacts,
  hierarchies: readonly Hierarchy[],
  probe: HostProbe,
): CheckResult {
  const { name, names, parts, costs, flags } = facts;
  const subject = { id: `cgroup-${name}`, title: `cgroup ${name}` };
  const loss: Loss = { costs, flags };
  const hierarchy = hierarchyOf(hierarchies, { v2: undefined, ...names });
  if (hierarchy === undefined) {
    const fix = absenceFix(facts, hierarchies, probe);
    return missing(subject, "in no mounted hierarchy", { ...loss, fix });
  }
  const { version, mountPoint } = hierarchy;
  const problem = delegationProblem(probe, hierarchy, names[version]);
  if (problem !== undefined) {
    return missing(subject, problem.detail, { ...loss, fix: problem.fix });
  }
  const trial = probe.makeCgroup(mountPoint);
  if (trial.kind === "refused") {
    return missing(subject, `${trial.reason} in ${mountPoint}`, {
      ...loss,
      fix: "cgroups mounted read-write, and root of the host to write them",
    });
  }
  const found = `${version} in ${mountPoint}`;
  const prefix = `${names[version] ?? "cgroup"}.`;
  // On v2 the files come with the first container that needs them.
  if (!trial.files.some((file) => file.startsWith(prefix))) {
    return ok(subject, found);
  }
  const lacking = parts.filter(({ files }) =>
    files[version] !== undefined && !trial.files.includes(files[version])
  );
  if (lacking.length > 0) return degraded(subject, found, lossOf(lacking));
  const foreign = parts.filter(({ files }) => files[version] === undefined)
    .flatMap(({ flags }) => flags);
  return ok(
    subject,
    foreign.length === 0
      ? found
      : `${found}; ${foreign.join(" and ")} are of v1 only`,
  );
}

function lossOf(parts: readonly ControllerPart[]): Loss {
  return {
    costs: `this kernel has no ${parts.map(({ name }) => name).join(", no ")}`,
    flags: parts.flatMap(({ flags }) => flags),
    fix: "a kernel that is built, and booted, with it (swapaccount=1 for swap)",
  };
}

/** Why a controller may be in no hierarchy. */
function absenceFix(
  { names }: ControllerFacts,
  hierarchies: readonly Hierarchy[],
  probe: HostProbe,
): string {
  const lines = probe.readText("/proc/cgroups")?.split("\n") ?? [];
  const line = lines.find((line) => line.startsWith(`${names.v1}\t`));
  if (line !== undefined && line.endsWith("\t0")) {
    return `boot without cgroup_disable=${names.v1}`;
  }
  const unified = hierarchies.find(({ version }) => version === "v2");
  if (hierarchies.length === 1 && unified !== undefined) {
    return words(probe, `${unified.mountPoint}/cgroup.type`).length > 0
      ? "have it delegated: Delegate=yes in the systemd unit, or the " +
        "controller in cgroup.subtree_control of all cgroups above"
      : "a kernel that has it, booted without cgroup_disable and cgroup_no_v1";
  }
  return line === undefined
    ? "a kernel that has it"
    : `mount -t cgroup -o ${names.v1} cgroup /sys/fs/cgroup/${names.v1}`;
}

/** Whether the devices of a container can be listed. */
export function checkDevices(probe: HostProbe): CheckResult {
  const loss: Loss = {
    costs: "root in a container can open the node of any device it makes",
    flags: ["--device", "--device-cgroup-rule"],
  };
  const hierarchies = findHierarchies(probe);
  const hierarchy = hierarchyOf(hierarchies, { v1: "devices", v2: undefined });
  if (hierarchy === undefined) {
    return missing(DEVICES, "in no mounted hierarchy", {
      ...loss,
      fix: "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
    });
  }
  const { version, mountPoint } = hierarchy;
  const trial = probe.makeCgroup(mountPoint);
  if (trial.kind === "refused") {
    return missing(DEVICES, `${trial.reason} in ${mountPoint}`, {
      ...loss,
      fix: "cgroups mounted read-write, and root of the host to write them",
    });
  }
  if (version === "v1") return ok(DEVICES, `v1 in ${mountPoint}`);
  const program = deviceProgram(foldDeviceRules(DEFAULT_DEVICE_RULES));
  const answer = probe.attempt({
    calls: [
      { call: "bpf", args: loadProgramArguments(program), as: "program" },
    ],
  });
  if (answer.kind === "works") {
    return ok(DEVICES, `v2 in ${mountPoint}, by a BPF program`);
  }
  return missing(DEVICES, answer.reason, {
    ...loss,
    fix: "a kernel with CONFIG_CGROUP_BPF; CAP_BPF or CAP_SYS_ADMIN of the " +
      "host; no seccomp filter that forbids bpf",
  });
}
