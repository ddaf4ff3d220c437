/**
 * Checks of the namespaces a container gets, each really made.
 *
 * @module
 * @see namespaces(7)
 */
import {
  type CheckResult,
  degraded,
  type Loss,
  missing,
  ok,
} from "./check_result.ts";
import type { HostProbe, NewNamespace } from "./host_probe.ts";

/** A kind of namespace, and what its absence means. */
interface Kind {
  readonly flag: NewNamespace;
  /** How `/proc/sys/user/max_…_namespaces` and the kernel call it. */
  readonly short: string;
  readonly name: string;
  readonly loss: Loss;
}

/** What takes a user namespace. */
export const USER_NAMESPACE_FLAGS: readonly string[] = [
  "--userns",
  "--uidmap",
  "--gidmap",
];

const KINDS: readonly Kind[] = [
  needed("CLONE_NEWNS", "mnt", "mount"),
  needed("CLONE_NEWPID", "pid", "pid", "--pid=host"),
  needed("CLONE_NEWNET", "net", "network", "--network=host"),
  needed("CLONE_NEWIPC", "ipc", "ipc", "--ipc=host"),
  needed("CLONE_NEWUTS", "uts", "uts", "--uts=host"),
  needed("CLONE_NEWCGROUP", "cgroup", "cgroup", "--cgroupns=host"),
  {
    flag: "CLONE_NEWUSER",
    short: "user",
    name: "user",
    loss: {
      costs: "user 0 of every container is user 0 of the host",
      flags: USER_NAMESPACE_FLAGS,
    },
  },
  {
    flag: "CLONE_NEWTIME",
    short: "time",
    name: "time",
    loss: { costs: "no flag; bundles that ask for one do not start" },
  },
];

/** A kind every container has, unless it is told to share the host's. */
function needed(
  flag: NewNamespace,
  short: string,
  name: string,
  without?: string,
): Kind {
  const costs = without === undefined
    ? "run does not work"
    : `run does not work without ${without}`;
  return { flag, short, name, loss: { costs, flags: ["run"], stopsRun: true } };
}

/** Whether each kind of namespace can be made. */
export function checkNamespaces(probe: HostProbe): readonly CheckResult[] {
  return KINDS.map((kind) => checkKind(kind, probe));
}

function checkKind(kind: Kind, probe: HostProbe): CheckResult {
  const { flag, short, name, loss } = kind;
  const subject = { id: `namespace-${name}`, title: `${name} namespace` };
  if (!probe.exists(`/proc/self/ns/${short}`)) {
    return missing(subject, "this kernel has none", lossOfAbsence(kind));
  }
  const most = probe.readText(`/proc/sys/user/max_${short}_namespaces`)?.trim();
  const answer = probe.attempt({ born: [flag] });
  if (answer.kind === "works") {
    const limit = most === undefined ? "" : `, at most ${most} of them`;
    return ok(subject, `works${limit}`);
  }
  if (answer.kind === "untried") {
    return flag === "CLONE_NEWUSER"
      ? missing(subject, answer.reason, { ...loss, fix: "see native launcher" })
      : degraded(subject, `not tried: ${answer.reason}`, loss);
  }
  const fix = most === "0"
    ? `sysctl -w user.max_${short}_namespaces=10000`
    : "a kernel that has it; CAP_SYS_ADMIN; no filter that forbids clone3 " +
      "or unshare";
  return missing(subject, answer.reason, { ...loss, fix });
}

/** A container goes without what no kernel of this kind has, but for mounts. */
function lossOfAbsence({ flag, name, loss }: Kind): Loss {
  const fix = "a kernel that is built with them";
  if (flag === "CLONE_NEWNS" || loss.stopsRun === undefined) {
    return { ...loss, fix };
  }
  return { costs: `containers share the ${name} namespace of the host`, fix };
}

const LAUNCHER = { id: "native-launcher", title: "native launcher" };

/** Whether a container's process can be made by machine code. */
export function checkLauncher(probe: HostProbe): CheckResult {
  const answer = probe.launchNatively();
  if (answer.kind === "works") {
    return ok(LAUNCHER, "clone3 and executable memory work");
  }
  return degraded(LAUNCHER, answer.reason, {
    costs: "tsdocker starts itself again for each container, which makes " +
      "starts some 30 ms longer (see docs/benchmarks.md)",
    flags: USER_NAMESPACE_FLAGS,
    fix: "no outer seccomp filter that forbids clone3, no ban of executable " +
      "memory (MemoryDenyWriteExecute=no)",
  });
}
