/**
 * Whom the kernel takes the calling thread for when it makes files, as a
 * container with a user namespace wants it: the owners of its layers are
 * mapped, and other owners could not be stored in them.
 *
 * @module
 * @see setfsuid(2), capabilities(7), "SECBIT_NO_SETUID_FIXUP"
 */
import { PRCTL } from "../../../ffi/constants/prctl.ts";
import { SECUREBITS } from "../../../ffi/constants/securebits.ts";
import { syscall, trySyscall } from "../../../ffi/syscall.ts";

/** Ids of the host. */
export interface FileMaker {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Acts as somebody else as far as files are made; capabilities and all else
 * stay. For synchronous calls only: others are made by other threads.
 *
 * @throws {SyscallError} If the thread may not.
 */
export function asFileMaker<T>({ uid, gid }: FileMaker, act: () => T): T {
  using undo = new DisposableStack();
  // A change of user clears it, and says so to whoever looks at us.
  const dumpable = syscall("prctl", PRCTL.PR_GET_DUMPABLE);
  undo.defer(() => {
    // It does not take the 2 that may have been told.
    trySyscall("prctl", PRCTL.PR_SET_DUMPABLE, dumpable);
  });
  const securebits = syscall("prctl", PRCTL.PR_GET_SECUREBITS);
  // Or the change of user would take capabilities away.
  const kept = securebits | SECUREBITS.SECBIT_NO_SETUID_FIXUP;
  syscall("prctl", PRCTL.PR_SET_SECUREBITS, kept);
  undo.defer(() => {
    syscall("prctl", PRCTL.PR_SET_SECUREBITS, securebits);
  });
  // setfsuid(2) tells what it was, and never fails.
  const oldGid = syscall("setfsgid", gid);
  undo.defer(() => {
    syscall("setfsgid", oldGid);
  });
  const oldUid = syscall("setfsuid", uid);
  undo.defer(() => {
    syscall("setfsuid", oldUid);
  });
  return act();
}
