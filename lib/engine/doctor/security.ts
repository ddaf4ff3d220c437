/**
 * Checks of what confines a container besides namespaces and capabilities.
 *
 * @module
 */
import { ERRNO } from "../../../ffi/constants/errno.ts";
import { seccompStep } from "../../runtime/plan/seccomp.ts";
import { type CheckResult, degraded, missing, ok } from "./check_result.ts";
import type { HostProbe } from "./host_probe.ts";

const SECCOMP = { id: "seccomp", title: "seccomp" };
const APPARMOR = { id: "apparmor", title: "AppArmor" };
const SELINUX = { id: "selinux", title: "SELinux" };
const KEYRINGS = { id: "keyrings", title: "keyrings" };
const NESTED = { id: "nested-user-namespaces", title: "nested namespaces" };

/** The one instruction `BPF_RET|BPF_K` with `SECCOMP_RET_ALLOW`. */
const ALLOW_ALL = Uint8Array.of(0x06, 0, 0, 0, 0, 0, 0xff, 0x7f);
/** What profiles may ask for, by the kernel's names. */
const ACTIONS = [
  "kill_process",
  "kill_thread",
  "trap",
  "errno",
  "trace",
  "log",
  "allow",
];
const KEYCTL_JOIN_SESSION_KEYRING = 1;

/** Whether a filter of system calls can be installed. */
export function checkSeccomp(probe: HostProbe): CheckResult {
  const available = probe.readText("/proc/sys/kernel/seccomp/actions_avail")
    ?.trim().split(/\s+/);
  const answer = probe.attempt({
    calls: [seccompStep({ program: ALLOW_ALL, flags: 0 })],
    lasting: true,
  });
  const isOffered = answer.kind === "untried" && available !== undefined;
  if (answer.kind !== "works" && !isOffered) {
    return missing(SECCOMP, answer.reason, {
      costs: "run works with --security-opt seccomp=unconfined only",
      flags: ["run", "--security-opt seccomp=FILE"],
      fix: "a kernel with CONFIG_SECCOMP_FILTER; CAP_SYS_ADMIN",
      stopsRun: true,
    });
  }
  const lacking = ACTIONS.filter((action) =>
    available !== undefined && !available.includes(action)
  );
  if (lacking.length > 0) {
    return degraded(SECCOMP, `has no ${lacking.join(", ")}`, {
      costs: "profiles that use these actions are refused",
      flags: ["--security-opt seccomp=FILE"],
      fix: "a newer kernel",
    });
  }
  return answer.kind === "works"
    ? ok(SECCOMP, "filters can be installed")
    : ok(SECCOMP, `offered by the kernel, not tried: ${answer.reason}`);
}

/** Whether profiles of AppArmor can be used. */
export function checkAppArmor(probe: HostProbe): CheckResult {
  const enabled = probe.readText("/sys/module/apparmor/parameters/enabled");
  if (enabled?.trim() === "Y") return ok(APPARMOR, "enabled");
  return missing(APPARMOR, "not enabled in this kernel", {
    costs: "no profile confines containers",
    flags: ["--security-opt apparmor=PROFILE"],
    fix: "a kernel with AppArmor, booted with lsm=…,apparmor",
  });
}

/** Whether SELinux judges what containers do. */
export function checkSelinux(probe: HostProbe): CheckResult {
  const enforce = probe.readText("/sys/fs/selinux/enforce")?.trim();
  if (enforce === undefined) return ok(SELINUX, "not in use");
  if (enforce !== "1") return ok(SELINUX, "permissive");
  return degraded(SELINUX, "enforcing", {
    costs: "containers and their files get no labels, so the policy may " +
      "refuse what they do",
    fix: "a policy that allows it, or setenforce 0",
  });
}

/** Whether a container gets a session keyring of its own. */
export function checkKeyrings(probe: HostProbe): CheckResult {
  const answer = probe.attempt({
    calls: [{ call: "keyctl", args: [KEYCTL_JOIN_SESSION_KEYRING, null] }],
    lasting: true,
  });
  if (answer.kind === "works") {
    return ok(KEYRINGS, "each container gets one of its own");
  }
  if (answer.kind === "untried") return ok(KEYRINGS, "not tried");
  if (answer.errno === ERRNO.ENOSYS) {
    return ok(KEYRINGS, "this kernel has none, or hides them");
  }
  if (answer.errno === ERRNO.EDQUOT) {
    return missing(KEYRINGS, answer.reason, {
      costs: "containers do not start with the caller's session keyring",
      fix: "a higher kernel.keys.root_maxkeys or kernel.keys.root_maxbytes",
      stopsRun: true,
    });
  }
  return degraded(KEYRINGS, answer.reason, {
    costs: "containers share the caller's session keyring",
    fix: "a seccomp filter that allows keyctl",
  });
}

/** Sysctls that keep everybody but root from making user namespaces. */
const RESTRICTIONS: readonly (readonly [path: string, value: string])[] = [
  ["/proc/sys/kernel/unprivileged_userns_clone", "0"],
  ["/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"],
];

/** Whether programs inside may make user namespaces, for a sandbox of theirs. */
export function checkNestedNamespaces(probe: HostProbe): CheckResult {
  const found = RESTRICTIONS.find(([path, value]) =>
    probe.readText(path)?.trim() === value
  );
  if (found === undefined) return ok(NESTED, "not restricted by a sysctl");
  const [path, value] = found;
  const name = path.replace("/proc/sys/", "").replaceAll("/", ".");
  return degraded(NESTED, `${name} is ${value}`, {
    costs: "user namespaces are root's alone: programs inside that sandbox " +
      "themselves, such as browsers, fail as other users",
    fix: `sysctl -w ${name}=${value === "0" ? 1 : 0}`,
  });
}
