/**
 * A user namespace that exists for its ids alone: id-mapped mounts are told
 * theirs by one, and the container's own is not born when they are made.
 *
 * @module
 * @see mount_setattr(2), `MOUNT_ATTR_IDMAP`
 */
import { openat } from "../../../ffi/calls/file.ts";
import { waitPidfd } from "../../../ffi/calls/process.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import { describeErrno, isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { NativeLauncher } from "../../../ffi/launcher/launcher.ts";
import { HostError } from "../../base/errors.ts";
import type { LaunchPlan } from "../plan/step.ts";

const ADVICE =
  "--userns host, or allow more in /proc/sys/user/max_user_namespaces";

/**
 * Makes a user namespace with these ids. A process is born into it and ends at
 * once; the descriptor keeps it.
 *
 * @param maps Lines of its `uid_map` and `gid_map`.
 * @throws {HostError} If the host makes none, or does not let us use the ids.
 */
export async function holdUserNamespace(
  maps: NonNullable<LaunchPlan["idMaps"]>,
): Promise<Fd> {
  using undo = new DisposableStack();
  const held: Fd[] = [];
  const launched = explainMaps(() => {
    using launcher = new NativeLauncher();
    return launcher.launch({
      cloneFlags: BigInt(CLONE.CLONE_NEWUSER),
      idMaps: maps,
      onMapped(pid): void {
        held.push(undo.use(openat(AT_FDCWD, `/proc/${pid}/ns/user`, O_RDONLY)));
      },
      records: [{ call: "exit_group", args: [0] }],
      results: new Map(),
    });
  });
  if (launched.kind === "failed") {
    throw refused(`clone3: ${describeErrno(launched.errno)}`);
  }
  using pidfd = launched.pidfd;
  await waitPidfd(pidfd);
  const [namespace] = held;
  if (namespace === undefined) throw new TypeError("No ids were mapped");
  undo.move();
  return namespace;
}

/**
 * Makes a launch whose child has ids to be mapped, and explains a refusal.
 *
 * @throws {HostError} If the kernel refuses the ids.
 */
export function explainMaps<T>(launch: () => T): T {
  try {
    return launch();
  } catch (error) {
    if (!isSyscallError(error)) throw error;
    throw refused(error.message, error);
  }
}

function refused(why: string, cause?: unknown): HostError {
  return new HostError(`Cannot make a user namespace: ${why}`, {
    cause,
    advice: ADVICE,
  });
}
