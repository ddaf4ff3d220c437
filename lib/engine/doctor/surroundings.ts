/**
 * Checks of where tsdocker runs: as whom, and inside of what.
 *
 * @module
 */
import { type CheckResult, degraded, missing, ok } from "./check_result.ts";
import type { HostProbe } from "./host_probe.ts";
import { mountAt } from "./mount_at.ts";

const ROOT = { id: "root", title: "user" };
const CONTAINER = { id: "outer-container", title: "outer container" };
const USER_NAMESPACE = {
  id: "outer-user-namespace",
  title: "outer user namespace",
};

/** Inode of the first pid namespace, `PROC_PID_INIT_INO` of the kernel. */
const FIRST_PID_NAMESPACE = "pid:[4026531836]";
/** The identity mapping that the first user namespace has. */
const FIRST_ID_MAP = "0 0 4294967295";

/** Files that engines leave in their containers. */
const MARKS: readonly (readonly [path: string, engine: string])[] = [
  ["/.dockerenv", "docker"],
  ["/run/.containerenv", "podman"],
  ["/run/systemd/container", "systemd-nspawn or another"],
];

/** Paths of cgroups that engines make for their containers. */
const CGROUP =
  /\/(?:docker|libpod|lxc|kubepods|machine\.slice|containerd|tsdocker)[/.-]/;

/** Whether the caller is root. */
export function checkUser({ uid }: HostProbe): CheckResult {
  if (uid === 0) return ok(ROOT, "root");
  return missing(ROOT, `user ${uid}, not root`, {
    costs: "run does not work, and most of this host cannot be checked",
    flags: ["run"],
    fix: "sudo tsdocker …",
    stopsRun: true,
  });
}

/**
 * Whether this is itself a container. Files that engines leave behind, and an
 * overlay, are also found in virtual machines made of an image: one of those
 * alone proves nothing.
 */
export function checkOuterContainer(probe: HostProbe): CheckResult {
  const weak = weakSigns(probe);
  const strong = strongSigns(probe);
  if (strong.length === 0 && weak.length < 2) {
    const though = weak.length === 0 ? "" : `, though there is ${weak[0]}`;
    return ok(CONTAINER, `none${though}`);
  }
  const signs = [...strong, ...weak].join(", ");
  return degraded(CONTAINER, `tsdocker runs in one: ${signs}`, {
    costs: "its limits, devices and filters hold for all containers in here",
    fix: "none is needed where the other checks are ok; docker: --privileged",
  });
}

function strongSigns(probe: HostProbe): string[] {
  const signs: string[] = [];
  const variable = probe.readText("/proc/1/environ")?.split("\0")
    .find((entry) => /^container=./.test(entry));
  if (variable !== undefined) signs.push(`${variable} of process 1`);
  const cgroup = probe.readText("/proc/self/cgroup")?.split("\n")
    .find((line) => CGROUP.test(line));
  if (cgroup !== undefined) signs.push(`the cgroup ${cgroup}`);
  const pids = probe.readLink("/proc/self/ns/pid");
  if (pids !== undefined && pids !== FIRST_PID_NAMESPACE) {
    signs.push("a pid namespace of its own");
  }
  return signs;
}

function weakSigns(probe: HostProbe): string[] {
  const signs = MARKS.flatMap(([path, engine]) =>
    probe.exists(path) ? [`${path} of ${engine}`] : []
  );
  if (mountAt(probe, "/")?.type === "overlay") signs.push("an overlay as /");
  return signs;
}

/** Whether root here is root of the host. */
export function checkOuterUserNamespace(probe: HostProbe): CheckResult {
  const map = probe.readText("/proc/self/uid_map");
  if (map === undefined) return ok(USER_NAMESPACE, "this kernel has none");
  const lines = map.trim().split("\n").map((line) =>
    line.trim().split(/\s+/).join(" ")
  );
  if (lines.length === 1 && lines[0] === FIRST_ID_MAP) {
    return ok(USER_NAMESPACE, "the first one: root is root");
  }
  return degraded(
    USER_NAMESPACE,
    `not the first one; it has the ids ${lines.join(", ")}`,
    {
      costs: "root here is somebody else outside: no device nodes, no files " +
        "of users without a mapping",
      fix: "tsdocker outside of the user namespace",
    },
  );
}
