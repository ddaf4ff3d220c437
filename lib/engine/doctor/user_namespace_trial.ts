/**
 * A user namespace that exists as a descriptor only.
 *
 * @module
 * @see user_namespaces(7)
 */
import {
  AT_FDCWD,
  O_CLOEXEC,
  O_RDONLY,
  O_WRONLY,
} from "../../../ffi/constants/fcntl.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import { SyscallError } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import type { NativeLauncher } from "../../../ffi/launcher/launcher.ts";
import type { Results, SyscallRecord } from "../../../ffi/record.ts";
import { reap } from "./attempt.ts";

const NAMESPACE = "namespace";

/**
 * Makes a user namespace in which 0 is the caller.
 *
 * A process is born into it that shares this one's descriptors, maps itself,
 * and leaves the namespace open behind it.
 *
 * @throws {SyscallError} If the kernel refuses any of it.
 */
export function openMappedUserNamespace(launcher: NativeLauncher): Fd {
  const results: Results = new Map();
  const records: readonly SyscallRecord[] = [
    ...writeRecords("/proc/self/setgroups", "deny"),
    ...writeRecords("/proc/self/uid_map", "0 0 1"),
    ...writeRecords("/proc/self/gid_map", "0 0 1"),
    {
      call: "openat",
      args: [AT_FDCWD, "/proc/self/ns/user", O_RDONLY | O_CLOEXEC, 0],
      as: NAMESPACE,
    },
    { call: "exit_group", args: [0] },
  ];
  const launched = launcher.launch({
    cloneFlags: BigInt(CLONE.CLONE_NEWUSER + CLONE.CLONE_FILES),
    records,
    results,
  });
  if (launched.kind === "failed") {
    const { index, errno } = launched;
    // The table of descriptors is ours: what it had open then still is.
    const file = records[index]?.args[0];
    if (typeof file === "object" && file !== null && "result" in file) {
      new Fd(results.get(file.result) ?? -1)[Symbol.dispose]();
    }
    throw new SyscallError(records[index]?.call ?? "clone3", errno);
  }
  reap(launched.pidfd);
  return new Fd(results.get(NAMESPACE) ?? -1);
}

/** Files of the kernel that take their text in one write. */
function writeRecords(path: string, text: string): SyscallRecord[] {
  const bytes = new TextEncoder().encode(text);
  return [
    {
      call: "openat",
      args: [AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0],
      as: path,
    },
    {
      call: "write",
      args: [{ result: path }, { bytes, text }, bytes.length],
    },
    { call: "close", args: [{ result: path }] },
  ];
}
