/**
 * Checks of how much there is of what containers use up.
 *
 * @module
 */
import type { ResourceLimit } from "../../../ffi/calls/credentials.ts";
import { RLIM_INFINITY } from "../../../ffi/constants/resource.ts";
import { formatMemorySize } from "../../base/byte_size.ts";
import { type CheckResult, degraded, ok } from "./check_result.ts";
import type { HostProbe } from "./host_probe.ts";

const NOFILE = { id: "ulimit-nofile", title: "open files" };
const NPROC = { id: "ulimit-nproc", title: "processes of a user" };
const MEMORY = { id: "memory", title: "memory" };
const SWAP = { id: "swap", title: "swap" };
const TASKS = { id: "tasks", title: "processes of all" };

/** What many programs take for granted. */
const FEW_FILES = 1024n;
/** A container may have as many by default. */
const DEFAULT_PIDS = 2048;
const LOW_MEMORY_BYTES = 256 * 1024 ** 2;
const KIB = 1024;

/** How many files a container may have open. */
export function checkOpenFiles(probe: HostProbe): CheckResult {
  const limit = probe.limit("RLIMIT_NOFILE");
  if (limit.soft >= FEW_FILES) return ok(NOFILE, limitText(limit));
  return degraded(NOFILE, limitText(limit), {
    costs: "containers inherit it, and few programs get by with so few",
    flags: limit.hard < FEW_FILES ? ["--ulimit nofile"] : [],
    fix: "ulimit -n 1024 before tsdocker, or run --ulimit nofile=1024",
  });
}

/** How many processes root's containers may have together. */
export function checkProcessLimit(probe: HostProbe): CheckResult {
  const limit = probe.limit("RLIMIT_NPROC");
  if (limit.soft >= DEFAULT_PIDS) return ok(NPROC, limitText(limit));
  return degraded(NPROC, limitText(limit), {
    costs: "containers inherit it; users other than root inside may have " +
      "no more, those of other containers counted",
    flags: limit.hard < DEFAULT_PIDS ? ["--ulimit nproc"] : [],
    fix: "ulimit -u unlimited before tsdocker",
  });
}

/** How much memory is left. */
export function checkMemory(probe: HostProbe): CheckResult {
  const total = memoryField(probe, "MemTotal");
  const available = memoryField(probe, "MemAvailable");
  if (total === undefined || available === undefined) {
    return degraded(MEMORY, "/proc/meminfo cannot be read", {
      costs: "nobody can tell how much is left",
    });
  }
  const found = `${formatMemorySize(available)} of ` +
    `${formatMemorySize(total)} available`;
  if (available >= LOW_MEMORY_BYTES) return ok(MEMORY, found);
  return degraded(MEMORY, found, {
    costs: "the kernel may end containers, or tsdocker, for want of memory",
    fix: "more memory, or fewer programs",
  });
}

/** Whether there is any swap space. */
export function checkSwap(probe: HostProbe): CheckResult {
  const total = memoryField(probe, "SwapTotal");
  return ok(
    SWAP,
    total === undefined || total === 0
      ? "none; --memory-swap has nothing to give"
      : formatMemorySize(total),
  );
}

/** How many more processes the kernel has numbers and room for. */
export function checkTasks(probe: HostProbe): CheckResult {
  const numbers = numberIn(probe, "/proc/sys/kernel/pid_max");
  const most = numberIn(probe, "/proc/sys/kernel/threads-max");
  const running = probe.readText("/proc/loadavg")?.match(/\/(\d+) /)?.[1];
  if (numbers === undefined || most === undefined || running === undefined) {
    return degraded(TASKS, "their number cannot be told", {
      costs: "nobody can tell how many are left",
    });
  }
  const left = Math.min(numbers, most) - Number(running);
  const found = `${running} run, pid_max ${numbers}, threads-max ${most}`;
  if (left >= DEFAULT_PIDS) return ok(TASKS, found);
  return degraded(TASKS, found, {
    costs: `one container may take all that are left: its limit of ` +
      `${DEFAULT_PIDS} is above them`,
    flags: ["--pids-limit"],
    fix: "sysctl -w kernel.pid_max=4194304 kernel.threads-max=200000, or a " +
      "lower run --pids-limit",
  });
}

function limitText({ soft, hard }: ResourceLimit): string {
  return soft === hard
    ? text(soft)
    : `${text(soft)}, can be raised to ${text(hard)}`;
}

function text(limit: bigint): string {
  return limit === RLIM_INFINITY ? "unlimited" : String(limit);
}

/** A line of `/proc/meminfo`, in bytes. */
function memoryField(probe: HostProbe, name: string): number | undefined {
  const line = new RegExp(`^${name}: +(\\d+) kB$`, "m");
  const found = probe.readText("/proc/meminfo")?.match(line)?.[1];
  return found === undefined ? undefined : Number(found) * KIB;
}

function numberIn(probe: HostProbe, path: string): number | undefined {
  const text = probe.readText(path)?.trim();
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}
