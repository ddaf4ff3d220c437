/**
 * Checks of control groups: whether cgroups can be made, and what they limit,
 * controller by controller, as `run` finds out too.
 *
 * @module
 * @see cgroups(7)
 */
import { DEFAULT_DEVICE_RULES } from "../../runtime/cgroups/default_device_rules.ts";
import { foldDeviceRules } from "../../runtime/cgroups/device_rules.ts";
import { supports } from "../../runtime/cgroups/feature.ts";
import { judgesDevices } from "../../runtime/cgroups/resources.ts";
import {
  type CgroupSurvey,
  hierarchyOf,
} from "../../runtime/cgroups/survey.ts";
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
import { CONTROLLER_FACTS, type ControllerFacts } from "./controllers.ts";
import type { HostProbe } from "./host_probe.ts";

const CGROUPS = { id: "cgroups", title: "cgroups" };
const DEVICES = { id: "cgroup-devices", title: "cgroup devices" };
const FREEZER = { id: "cgroup-freezer", title: "cgroup freezer" };

const DISABLED = "--cgroups=disabled";
const MOUNT_V2 = "mount -t cgroup2 cgroup2 /sys/fs/cgroup";

/** Whether there are control groups, and can be more. */
export function checkCgroups(probe: HostProbe): CheckResult {
  const { mode, hierarchies } = probe.surveyCgroups();
  if (hierarchies.length === 0) {
    return missing(CGROUPS, "none that is mounted and can be written", {
      costs: "no limit of any kind holds, and no list of devices",
      flags: ["--cgroup-parent"],
      fix: `${MOUNT_V2}; as root of the host, not of a container`,
    });
  }
  const refused = hierarchies.flatMap(({ mountPoint }) => {
    const answer = probe.makeCgroup(mountPoint);
    return answer.kind === "refused"
      ? [`${answer.reason} in ${mountPoint}`]
      : [];
  });
  const names = hierarchies.flatMap(({ controllers }) => controllers).join(
    ", ",
  );
  if (refused.length === 0) {
    return ok(CGROUPS, `${mode}: ${names || "no controllers"}`);
  }
  return missing(CGROUPS, refused.join(", "), {
    costs: `run works with ${DISABLED} only, without limits`,
    flags: ["run"],
    fix: "root of the host, with CAP_DAC_OVERRIDE, to write them",
    stopsRun: true,
  });
}

/** Whether each controller can limit a container. */
export function checkControllers(probe: HostProbe): readonly CheckResult[] {
  const survey = probe.surveyCgroups();
  return CONTROLLER_FACTS.map((facts) => checkController(facts, survey, probe));
}

function checkController(
  facts: ControllerFacts,
  survey: CgroupSurvey,
  probe: HostProbe,
): CheckResult {
  const { name, controllers, parts, costs } = facts;
  const subject = { id: `cgroup-${name}`, title: `cgroup ${name}` };
  const hierarchy = hierarchyOf(survey, ...controllers);
  if (hierarchy === undefined) {
    return missing(subject, "in no hierarchy", {
      costs,
      flags: parts.flatMap(({ flags }) => flags),
      fix: absenceFix(facts, survey, probe),
    });
  }
  const { version, mountPoint } = hierarchy;
  const found = `${version} in ${mountPoint}`;
  const lacking = parts.filter(({ feature }) => !supports(survey, feature));
  const foreign = lacking.filter(({ isOfV1Only }) =>
    isOfV1Only && version === "v2"
  );
  if (lacking.length > foreign.length) {
    const names = lacking.filter((part) => !foreign.includes(part))
      .map(({ name }) => name);
    return degraded(subject, `${found}, without ${names.join(", ")}`, {
      costs: "this kernel does not have these parts of it",
      flags: lacking.flatMap(({ flags }) => flags),
      fix: "a kernel that is built and booted with them (swapaccount=1 for " +
        "swap, a disk with the BFQ scheduler for weights)",
    });
  }
  const flags = foreign.flatMap(({ flags }) => flags).join(" and ");
  return ok(
    subject,
    flags === "" ? found : `${found}; ${flags} are of v1 only`,
  );
}

/** Why a controller may be in no hierarchy. */
function absenceFix(
  { controllers: [name] }: ControllerFacts,
  { hierarchies }: CgroupSurvey,
  probe: HostProbe,
): string {
  for (const hierarchy of hierarchies) {
    if (hierarchy.version === "v2" && hierarchy.occupied !== undefined) {
      const { occupied } = hierarchy;
      return `no processes in ${occupied} itself: mkdir ${occupied}/init, and ` +
        `write each pid of its cgroup.procs to init/cgroup.procs`;
    }
  }
  const line = probe.readText("/proc/cgroups")?.split("\n")
    .find((line) => line.startsWith(`${name}\t`));
  if (line?.endsWith("\t0")) return `boot without cgroup_disable=${name}`;
  const unified = hierarchies.find(({ version }) => version === "v2");
  if (unified !== undefined && hierarchies.length === 1) {
    // Only the top of all has no type.
    return probe.exists(`${unified.mountPoint}/cgroup.type`)
      ? "have it handed down: Delegate=yes in the systemd unit, or its name " +
        "in the cgroup.subtree_control of all cgroups above"
      : "a kernel that has it, booted without cgroup_disable";
  }
  return line === undefined
    ? "a kernel that has it"
    : `mount -t cgroup -o ${name} cgroup /sys/fs/cgroup/${name}`;
}

/** Whether a container can be stopped as a whole, to be ended. */
export function checkFreezer(probe: HostProbe): CheckResult {
  const { hierarchies } = probe.surveyCgroups();
  const hierarchy = hierarchies.find(({ version, controllers }) =>
    // Every cgroup of v2 can.
    version === "v2" || controllers.includes("freezer")
  );
  if (hierarchy !== undefined) {
    return ok(FREEZER, `${hierarchy.version} in ${hierarchy.mountPoint}`);
  }
  return missing(FREEZER, "in no hierarchy", {
    costs: "what is left in a container is killed one process after the " +
      "other, while they may make new ones",
    fix: MOUNT_V2,
  });
}

/** Whether the devices of a container can be listed. */
export function checkDevices(probe: HostProbe): CheckResult {
  const survey = probe.surveyCgroups();
  const flags = ["--device PATH:PATH:r", "--device-cgroup-rule"];
  switch (judgesDevices(survey)) {
    case "files":
      return ok(DEVICES, `v1 in ${hierarchyOf(survey, "devices")?.mountPoint}`);
    case "nothing":
      return missing(DEVICES, "in no hierarchy", {
        costs: "no device can be told from another, so containers do not get " +
          "CAP_MKNOD, and device nodes of images do not work",
        flags,
        fix: MOUNT_V2,
      });
    case "program":
      return checkDeviceProgram(probe, {
        costs: `run works with ${DISABLED} or --privileged only, and no ` +
          "list of devices",
        flags: ["run", ...flags],
        fix: "a kernel with CONFIG_CGROUP_BPF; CAP_BPF or CAP_SYS_ADMIN of " +
          "the host; no seccomp filter that forbids bpf",
        stopsRun: true,
      });
  }
}

/** The program that a container without any flag gets. */
function checkDeviceProgram(probe: HostProbe, loss: Loss): CheckResult {
  const program = deviceProgram(foldDeviceRules(DEFAULT_DEVICE_RULES));
  const answer = probe.attempt({
    calls: [
      { call: "bpf", args: loadProgramArguments(program), as: "program" },
    ],
  });
  return answer.kind === "works"
    ? ok(DEVICES, "v2, by a BPF program")
    : missing(DEVICES, answer.reason, loss);
}
