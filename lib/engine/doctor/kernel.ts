/**
 * Checks of the kernel itself: how new it is, and whether the calls that starts
 * make get through to it.
 *
 * @module
 */
import type { SyscallName } from "../../../ffi/arch/arch.ts";
import { ERRNO, type ErrnoName } from "../../../ffi/constants/errno.ts";
import type { RecordArgument, SyscallRecord } from "../../../ffi/record.ts";
import { isKernelAtLeast, parseKernel } from "../../base/kernel_version.ts";
import { type CheckResult, degraded, missing, ok } from "./check_result.ts";
import type { HostProbe } from "./host_probe.ts";

const KERNEL = { id: "kernel", title: "kernel" };
const SYSTEM_CALLS = { id: "system-calls", title: "system calls" };
const OPTIONAL_CALLS = {
  id: "optional-system-calls",
  title: "optional calls",
};

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
      costs: "run is not made for it, and may or may not work",
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

function isOlder(release: string, version: string): boolean {
  return !isKernelAtLeast(parseKernel(release), version);
}

/** A call, and the error that shows that the kernel has been reached. */
interface CallTrial {
  readonly record: SyscallRecord;
  readonly errno: number;
}

const NO_FD = -1;
/** No call knows all of these flags. */
const NO_SUCH_FLAGS = 0xffff_ffff;

/**
 * Calls of every start, with arguments that the kernel refuses. What a filter
 * answers in its place is another error.
 */
const NEEDED: readonly CallTrial[] = [
  trial("EINVAL", "unshare", NO_SUCH_FLAGS),
  trial("EBADF", "setns", NO_FD, 0),
  trial("ENOENT", "mount", null, "", null, 0, null),
  trial("EINVAL", "umount2", "", NO_SUCH_FLAGS),
  trial("ENOENT", "pivot_root", "", ""),
  trial("EINVAL", "open_tree", NO_FD, "", NO_SUCH_FLAGS),
  trial("EINVAL", "move_mount", NO_FD, "", NO_FD, "", NO_SUCH_FLAGS),
  trial("EINVAL", "openat2", NO_FD, "", null, 0),
  trial("EINVAL", "close_range", 1, 0, 0),
  trial("EINVAL", "memfd_create", "", NO_SUCH_FLAGS),
  trial("EINVAL", "prctl", NO_SUCH_FLAGS),
  trial("EFAULT", "capset", null, null),
  trial("EINVAL", "socket", 0, NO_SUCH_FLAGS, 0),
];

/** Calls of some, and what does not work without them. */
const OPTIONAL: readonly {
  readonly trial: CallTrial;
  readonly costs: string;
  readonly flags: readonly string[];
}[] = [
  {
    trial: trial("EINVAL", "mount_setattr", NO_FD, "", 0, null, 0),
    costs: "nothing can be mounted read-only",
    flags: ["--read-only", "--volume SRC:DST:ro"],
  },
  {
    trial: trial("EINVAL", "pidfd_open", NO_FD, 0),
    costs: "what a killed tsdocker has left running cannot be ended",
    flags: [],
  },
  {
    trial: trial("EINVAL", "pidfd_send_signal", NO_FD, 0, null, NO_SUCH_FLAGS),
    costs: "signals to tsdocker do not reach the container",
    flags: [],
  },
];

/** Those that are judged by the owner of the mount namespace first. */
const OF_MOUNTS: ReadonlySet<string> = new Set(["pivot_root", "move_mount"]);

const CALLS_FIX = "a newer kernel for ENOSYS; for other errors, the " +
  "capability CAP_SYS_ADMIN and no seccomp filter that forbids them";

/** Whether the calls of every start are there and let through. */
export function checkSystemCalls(probe: HostProbe): CheckResult {
  const refused = new Set(
    NEEDED.flatMap((one) => refusalOf(one, probe) ?? []),
  );
  if (refused.size === 0) {
    return ok(SYSTEM_CALLS, `${NEEDED.length} that all starts make work`);
  }
  return missing(SYSTEM_CALLS, [...refused].join(", "), {
    costs: "run does not work",
    flags: ["run"],
    fix: CALLS_FIX,
    stopsRun: true,
  });
}

/** Whether calls that only some starts make are there and let through. */
export function checkOptionalCalls(probe: HostProbe): CheckResult {
  const found = OPTIONAL.flatMap(({ trial, costs, flags }) => {
    const reason = refusalOf(trial, probe);
    return reason === undefined ? [] : [{ reason, costs, flags }];
  });
  if (found.length === 0) {
    return ok(OPTIONAL_CALLS, `${OPTIONAL.length} that some starts make work`);
  }
  return missing(
    OPTIONAL_CALLS,
    found.map(({ reason }) => reason).join(", "),
    {
      costs: found.map(({ costs }) => costs).join("; "),
      flags: found.flatMap(({ flags }) => flags),
      fix: CALLS_FIX,
    },
  );
}

function trial(
  error: ErrnoName,
  call: SyscallName,
  ...args: RecordArgument[]
): CallTrial {
  return { record: { call, args }, errno: ERRNO[error] };
}

/** What came of a call but for the error it should. */
function refusalOf(
  { record, errno }: CallTrial,
  probe: HostProbe,
): string | undefined {
  const answer = probe.attempt({
    born: OF_MOUNTS.has(record.call) ? ["CLONE_NEWNS"] : [],
    calls: [record],
    expects: [errno],
  });
  return answer.kind === "refused" ? answer.reason : undefined;
}
