/**
 * Checks of what tsdocker may do, and so may let a container do.
 *
 * @module
 * @see capabilities(7)
 */
import type { CapabilityName } from "../../../ffi/constants/capability.ts";
import { capabilityNames } from "../../runtime/security/capabilities.ts";
import { DEFAULT_CAPABILITIES } from "../capabilities.ts";
import { type CheckResult, missing, ok } from "./check_result.ts";
import type { HostProbe } from "./host_probe.ts";

const NEEDED_SUBJECT = {
  id: "capabilities-needed",
  title: "needed capabilities",
};
const DEFAULT_SUBJECT = {
  id: "capabilities-default",
  title: "default capabilities",
};
const RESOURCE_SUBJECT = {
  id: "capability-sys-resource",
  title: "CAP_SYS_RESOURCE",
};
const OTHER_SUBJECT = {
  id: "capabilities-other",
  title: "other capabilities",
};

/** What tsdocker itself cannot do without, and what for. */
const NEEDED: ReadonlyMap<CapabilityName, string> = new Map([
  ["CAP_SYS_ADMIN", "namespaces and mounts"],
  ["CAP_SYS_CHROOT", "returning from a mount namespace"],
  ["CAP_NET_ADMIN", "the loopback interface"],
  ["CAP_MKNOD", "device nodes"],
  ["CAP_SETPCAP", "taking capabilities away"],
  ["CAP_SETGID", "taking groups away"],
  ["CAP_DAC_OVERRIDE", "files of other users"],
]);

/** What else tsdocker fails at without some that containers get. */
const USES: ReadonlyMap<CapabilityName, string> = new Map([
  ["CAP_CHOWN", "images with files of other users are not unpacked"],
  ["CAP_FOWNER", "images with setuid files of other users are not unpacked"],
  ["CAP_SETFCAP", "images with file capabilities are not unpacked"],
]);
/** What another user than root takes. */
const USER_CAPABILITIES: ReadonlySet<CapabilityName> = new Set([
  "CAP_SETUID",
  "CAP_CHOWN",
]);

/** More names than these are a wall of capitals. */
const MOST_NAMED = 4;

const FIX = "tsdocker started with them: sudo; in docker --cap-add or " +
  "--privileged; in a systemd unit CapabilityBoundingSet=";

/** Whether tsdocker holds the capabilities it works with itself. */
export function checkNeededCapabilities(probe: HostProbe): CheckResult {
  const lacking = lackingOf([...NEEDED.keys()], probe);
  if (lacking.length === 0) {
    return ok(NEEDED_SUBJECT, `all ${NEEDED.size} held`);
  }
  const reasons = lacking.map((name) => `${NEEDED.get(name)} (${name})`);
  return missing(NEEDED_SUBJECT, `lacks ${lacking.join(", ")}`, {
    costs: `run does not work, for want of ${reasons.join(", ")}`,
    flags: ["run"],
    fix: FIX,
    stopsRun: true,
  });
}

/** Whether a container can be given what docker gives it. */
export function checkDefaultCapabilities(probe: HostProbe): CheckResult {
  const names = DEFAULT_CAPABILITIES;
  const lacking = lackingOf(names, probe);
  if (lacking.length === 0) {
    return ok(DEFAULT_SUBJECT, `all ${names.length} held`);
  }
  const uses = lacking.flatMap((name) => {
    const use = USES.get(name);
    return use === undefined ? [] : [`${use} (${name})`];
  });
  return missing(DEFAULT_SUBJECT, `lacks ${lacking.join(", ")}`, {
    costs: [
      "containers do not get them, and programs that count on them fail",
      ...uses,
    ].join("; "),
    flags: [
      ...lacking.map(flagOf),
      ...lacking.some((name) => USER_CAPABILITIES.has(name)) ? ["--user"] : [],
    ],
    fix: FIX,
  });
}

/** Whether limits of the kernel can be raised. */
export function checkResourceCapability(probe: HostProbe): CheckResult {
  if (lackingOf(["CAP_SYS_RESOURCE"], probe).length === 0) {
    return ok(RESOURCE_SUBJECT, "held");
  }
  return missing(RESOURCE_SUBJECT, "not held", {
    costs: "limits above the caller's hard ones are lowered to them; " +
      "oom_score_adj cannot be lowered",
    flags: ["--ulimit", "--oom-score-adj", flagOf("CAP_SYS_RESOURCE")],
    fix: FIX,
  });
}

/** Which of the remaining capabilities could be added. */
export function checkOtherCapabilities(probe: HostProbe): CheckResult {
  const known = Number(
    probe.readText("/proc/sys/kernel/cap_last_cap") ?? Number.NaN,
  );
  const others = capabilityNames(~0n).filter((name, number) =>
    !DEFAULT_CAPABILITIES.includes(name) && !NEEDED.has(name) &&
    name !== "CAP_SYS_RESOURCE" && !(number > known)
  );
  const lacking = lackingOf(others, probe);
  if (lacking.length === 0) {
    return ok(OTHER_SUBJECT, `all ${others.length} held`);
  }
  // The flags name them all once more.
  const names = lacking.length > MOST_NAMED
    ? `${lacking.length} of ${others.length}`
    : lacking.join(", ");
  return missing(OTHER_SUBJECT, `lacks ${names}`, {
    costs: "containers cannot be given them, --privileged ones neither",
    flags: lacking.map(flagOf),
    fix: FIX,
  });
}

/** Those that are not held, or that a program would lose at once. */
function lackingOf(
  names: readonly CapabilityName[],
  probe: HostProbe,
): CapabilityName[] {
  const { permitted, bounding } = probe.capabilities();
  const held = new Set(capabilityNames(permitted & bounding));
  return names.filter((name) => !held.has(name));
}

function flagOf(name: CapabilityName): string {
  return `--cap-add ${name.replace("CAP_", "")}`;
}
