/**
 * What the kernel grants one process: resource limits, its share of the blame
 * when memory runs out, and the profile that confines it.
 *
 * @module
 * @see runtime-spec 1.2, config.md, "POSIX process" and "Linux Process"
 */
import { RLIM_INFINITY, RLIMIT } from "../../../ffi/constants/resource.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { Symbolic } from "../../../ffi/record.ts";
import type { Process } from "../../oci/runtime_spec.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { ChildStep } from "./step.ts";

/** Plans resource limits; late, since they hold for the steps behind them. */
export function rlimitSteps(process: Process): readonly ChildStep[] {
  return (process.rlimits ?? []).map(({ type, soft, hard }) => ({
    call: "prlimit64",
    args: [
      0,
      flags(RLIMIT, type),
      { words: [rlimitValue(soft), rlimitValue(hard)] },
      null,
    ],
    why: `${type} of the program; raising it takes CAP_SYS_RESOURCE`,
  }));
}

function rlimitValue(value: number): number | Symbolic {
  return value === -1 ? { value: RLIM_INFINITY, text: "RLIM_INFINITY" } : value;
}

/** Plans what is set through the host's /proc, so before the root changes. */
export function procSettingSteps(process: Process): readonly ChildStep[] {
  const { oomScoreAdj, apparmorProfile } = process;
  return [
    ...(oomScoreAdj === undefined ? [] : writeSteps(
      "/proc/self/oom_score_adj",
      String(oomScoreAdj),
      "how early the kernel ends it when memory runs out",
    )),
    ...(apparmorProfile === undefined ? [] : writeSteps(
      "/proc/thread-self/attr/apparmor/exec",
      `exec ${apparmorProfile}`,
      "the profile confines what is executed next",
    )),
  ];
}

/** Opens a file and writes to it in one go. */
export function writeSteps(
  path: string,
  text: string,
  why: string,
): readonly ChildStep[] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return [
    {
      call: "openat",
      args: [AT_FDCWD, path, flags(OPEN, "O_WRONLY", "O_CLOEXEC")],
      as: name,
      why,
    },
    {
      call: "write",
      args: [{ result: name }, text, new TextEncoder().encode(text).length],
      why,
    },
  ];
}
