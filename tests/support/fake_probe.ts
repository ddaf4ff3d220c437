/**
 * A host for the doctor's checks that is in perfect order, but for what a test
 * changes.
 *
 * @module
 */
import { CAPABILITY } from "../../ffi/constants/capability.ts";
import { RLIM_INFINITY } from "../../ffi/constants/resource.ts";
import type { Answer, HostProbe } from "../../lib/engine/doctor/host_probe.ts";
import {
  type CgroupSurvey,
  type SurveyedV1,
  type SurveyedV2,
  V2_CONTROLLERS,
} from "../../lib/runtime/cgroups/survey.ts";

/** What {@linkcode fakeProbe} may be told. */
export interface FakeHost extends Partial<HostProbe> {
  /** Texts by path, over those of the perfect host; `undefined` hides one. */
  readonly files?: Readonly<Record<string, string | undefined>>;
}

/** An answer of the kernel that something works. */
export const WORKS: Answer = { kind: "works" };

/** An answer of the kernel that something does not. */
export function refused(reason: string, errno?: number): Answer {
  return { kind: "refused", reason, ...(errno === undefined ? {} : { errno }) };
}

/** An answer that nobody could ask the kernel. */
export const UNTRIED: Answer = {
  kind: "untried",
  reason: "it takes the native launcher",
};

/** Every capability. */
export const ALL_CAPABILITIES: bigint =
  (1n << BigInt(Object.keys(CAPABILITY).length)) - 1n;

/** A mount table: `path type options` for each mount. */
export function mountinfo(...mounts: readonly string[]): string {
  return mounts.map((mount, index) => {
    const [path, type, options = "rw"] = mount.split(" ");
    return `${index + 20} 1 0:${index} / ${path} ${options} shared:1 - ` +
      `${type} ${type} ${options}\n`;
  }).join("");
}

const TOP = "/sys/fs/cgroup";

/** A v2 hierarchy as a survey shows it, in perfect order but for changes. */
export function surveyedV2(changes: Partial<SurveyedV2> = {}): SurveyedV2 {
  return {
    version: "v2",
    mountPoint: TOP,
    controllers: V2_CONTROLLERS,
    data: "",
    device: { major: 0, minor: 26 },
    lacks: () => false,
    levels: [{ path: "", exists: true, enabled: V2_CONTROLLERS }],
    ...changes,
  };
}

/** As {@linkcode surveyedV2}, of a v1 hierarchy with one controller. */
export function surveyedV1(
  controller: SurveyedV1["controllers"][number],
  changes: Partial<SurveyedV1> = {},
): SurveyedV1 {
  return {
    version: "v1",
    mountPoint: `${TOP}/${controller}`,
    controllers: [controller],
    data: controller,
    device: { major: 0, minor: 30 },
    lacks: () => false,
    levels: [{ path: "", exists: true }],
    ...changes,
  };
}

/** Files of the perfect host. */
const FILES: FakeHost["files"] = {
  "/proc/self/mountinfo": mountinfo(
    "/ ext4",
    "/proc proc",
    "/sys sysfs",
  ),
  "/proc/self/cgroup": "0::/user.slice/user-0.slice/session-1.scope\n",
  "/proc/1/environ": "HOME=/\0TERM=linux\0",
  "/proc/self/uid_map": "         0          0 4294967295\n",
  "/proc/sys/user/max_net_namespaces": "9000\n",
  "/proc/sys/kernel/cap_last_cap": "40\n",
  "/proc/sys/kernel/pid_max": "4194304\n",
  "/proc/sys/kernel/threads-max": "100000\n",
  "/proc/sys/kernel/seccomp/actions_avail":
    "kill_process kill_thread trap errno user_notif trace log allow\n",
  "/proc/sys/net/ipv4/ip_forward": "1\n",
  "/proc/loadavg": "0.10 0.20 0.30 1/150 12345\n",
  "/proc/meminfo": "MemTotal:       8388608 kB\nMemFree:  100 kB\n" +
    "MemAvailable:   4194304 kB\nSwapTotal:      1048576 kB\n",
  "/sys/module/apparmor/parameters/enabled": "Y\n",
};

/** Makes a host. */
export function fakeProbe({ files, ...changes }: FakeHost = {}): HostProbe {
  const texts = { ...FILES, ...files };
  return {
    kernel: "6.12.3-test",
    uid: 0,
    roots: { root: "/persistent", runRoot: "/volatile" },
    program: { kind: "portable", directory: "/persistent/runtime/0" },
    readText: (path) => texts[path],
    readLink: (path) =>
      path === "/proc/self/ns/pid" ? "pid:[4026531836]" : undefined,
    exists: (path) =>
      texts[path] !== undefined || path.startsWith("/proc/self/ns/"),
    capabilities: () => ({
      permitted: ALL_CAPABILITIES,
      bounding: ALL_CAPABILITIES,
    }),
    limit: () => ({ soft: RLIM_INFINITY, hard: RLIM_INFINITY }),
    space: () => ({
      freeBytes: 50e9,
      totalBytes: 100e9,
      freeInodes: 4e6,
      totalInodes: 5e6,
    }),
    makeDirectory: () => WORKS,
    launchNatively: () => WORKS,
    attempt: () => WORKS,
    mountOverlay: () => ({ mount: WORKS, changes: WORKS }),
    mapIds: () => ({ mount: WORKS, overlay: WORKS }),
    surveyCgroups: (): CgroupSurvey => ({
      mode: "v2",
      hierarchies: [surveyedV2()],
    }),
    makeCgroup: () => WORKS,
    askNftables: () => WORKS,
    makeBridge: () => WORKS,
    findFirewalls: () => [],
    ...changes,
  };
}
