/**
 * Checks of the kernel itself: how new it is, and whether the calls that every
 * start makes get through to it.
 *
 * @module
 */
import { ERRNO } from "../../../ffi/constants/errno.ts";
import type { SyscallRecord } from "../../../ffi/record.ts";
import { type CheckResult, degraded, missing, ok } from "./check_result.ts";
import type { HostProbe } from "./host_probe.ts";

const KERNEL = { id: "kernel", title: "kernel" };
const SYSTEM_CALLS = { id: "system-calls", title: "system calls" };

/** The oldest kernel, for mount_setattr(2). */
const FLOOR = "5.12";
/** What newer kernels add to it. */
const ADDITIONS = [
  ["5.14", "cgroup.kill: a cgroup's processes are ended one by one"],
  ["5.19", "overlays of mapped layers: --userns copies layers"],
] as const;

/** Whether the kernel is new enough. */
export function checkKernel({ kernel }: HostProbe): CheckResult {
  if (isOlder(kernel, FLOOR)) {
    return missing(KERNEL, `${kernel}, older than ${FLOOR}`, {
      costs: "run does not work: its mounts need mount_setattr(2)",
      flags: ["run"],
      fix: `Linux ${FLOOR} or newer`,
      stopsRun: true,
    });
  }
  const lacking = ADDITIONS.filter(([version]) => isOlder(kernel, version));
  if (lacking.length === 0) {
    return ok(KERNEL, `${kernel}; ${FLOOR} is the oldest that will do`);
  }
  return degraded(KERNEL, kernel, {
    costs: lacking.map(([version, what]) => `without ${what} (${version})`)
      .join("; "),
    fix: `Linux ${ADDITIONS.at(-1)?.[0]} or newer`,
  });
}

/** Compares releases such as `6.1.0-18-amd64` by their first two numbers. */
function isOlder(kernel: string, version: string): boolean {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = version.split(".").map(Number);
  return major < wantedMajor ||
    (major === wantedMajor && minor < wantedMinor);
}

const NO_FD = -1;
/** No call knows all of these flags. */
const NO_SUCH_FLAGS = 0xffff_ffff;

/**
 * Calls of every start, with arguments that the kernel refuses once it has
 * been reached. What a filter answers in its place is another error.
 */
const CALLS: readonly (readonly [SyscallRecord, errno: number])[] = [
  [{ call: "unshare", args: [NO_SUCH_FLAGS] }, ERRNO.EINVAL],
  [{ call: "setns", args: [NO_FD, 0] }, ERRNO.EBADF],
  [{ call: "mount", args: [null, "", null, 0, null] }, ERRNO.ENOENT],
  [{ call: "umount2", args: ["", NO_SUCH_FLAGS] }, ERRNO.EINVAL],
  [{ call: "pivot_root", args: ["", ""] }, ERRNO.ENOENT],
  [{ call: "open_tree", args: [NO_FD, "", NO_SUCH_FLAGS] }, ERRNO.EINVAL],
  [
    { call: "move_mount", args: [NO_FD, "", NO_FD, "", NO_SUCH_FLAGS] },
    ERRNO.EINVAL,
  ],
  [{ call: "mount_setattr", args: [NO_FD, "", 0, null, 0] }, ERRNO.EINVAL],
  [{ call: "openat2", args: [NO_FD, "", null, 0] }, ERRNO.EINVAL],
  [{ call: "close_range", args: [1, 0, 0] }, ERRNO.EINVAL],
  [{ call: "pidfd_open", args: [NO_FD, 0] }, ERRNO.EINVAL],
  [
    { call: "pidfd_send_signal", args: [NO_FD, 0, null, NO_SUCH_FLAGS] },
    ERRNO.EINVAL,
  ],
  [
    { call: "execveat", args: [NO_FD, "", null, null, NO_SUCH_FLAGS] },
    ERRNO.EINVAL,
  ],
  [{ call: "memfd_create", args: ["", NO_SUCH_FLAGS] }, ERRNO.EINVAL],
];

/** Whether the calls that every start makes are there and let through. */
export function checkSystemCalls(probe: HostProbe): CheckResult {
  const refused = CALLS.flatMap(([record, errno]) => {
    const answer = probe.attempt({ calls: [record], expects: [errno] });
    return answer.kind === "refused" ? [answer.reason] : [];
  });
  if (refused.length === 0) {
    return ok(SYSTEM_CALLS, `${CALLS.length} newer or privileged ones work`);
  }
  return missing(SYSTEM_CALLS, refused.join(", "), {
    costs: "run does not work",
    flags: ["run"],
    fix: "a newer kernel for ENOSYS; for other errors, the capability " +
      "CAP_SYS_ADMIN and no seccomp filter that forbids them",
    stopsRun: true,
  });
}
