/**
 * Holds a launched child back until the ids of its new user namespace are
 * mapped, which only its parent may do. The parent's thread must run on for
 * that, so it waits for the child's execve in futex(2): the kernel clears a
 * word when the child has done with our memory.
 *
 * @module
 * @see set_tid_address(2), `clear_child_tid`
 * @see user_namespaces(7), "User and group ID mappings: uid_map and gid_map"
 */
import { createPipe, type Pipe, writeAllSync } from "../calls/pipe.ts";
import type { Allocation, Arena } from "../arena.ts";
import { AT_FDCWD, O_CLOEXEC, O_WRONLY } from "../constants/fcntl.ts";
import { FUTEX } from "../constants/futex.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { Fd } from "../fd.ts";
import type { SyscallRecord } from "../record.ts";
import { syscall, trySyscall } from "../syscall.ts";

/** Lines of the two files: first id inside, first id outside, how many. */
export interface IdMapTexts {
  readonly uid: string;
  readonly gid: string;
}

/** What the word holds until the kernel clears it. */
const BUSY = 1;

/** A gate in front of a child's own records. */
export class IdMapGate implements Disposable {
  /** What the child does first: it waits. */
  readonly records: readonly SyscallRecord[];
  /** Address of the word, for `child_tid` of `CLONE_CHILD_CLEARTID`. */
  readonly busy: number;
  readonly #word: Allocation;
  readonly #pipe: Pipe;

  /**
   * @param arena Where the word is; must live until the child needs it no more.
   * @throws {SyscallError} `EMFILE` or `ENFILE`.
   */
  constructor(arena: Arena) {
    this.#word = arena.allocate(4);
    this.busy = this.#word.address;
    viewOf(this.#word).setInt32(0, BUSY, LITTLE_ENDIAN);
    const { readable, writable } = this.#pipe = createPipe();
    const buffer = { bytes: new Uint8Array(1), text: "one byte" };
    this.records = [
      // Or the death of the parent would not end the waiting.
      { call: "close", args: [writable.number] },
      { call: "read", args: [readable.number, buffer, 1] },
    ];
  }

  /** Lets the child go on, and blocks until its execve or its end. */
  open(): void {
    writeAllSync(this.#pipe.writable, new Uint8Array(1));
    while (viewOf(this.#word).getInt32(0, LITTLE_ENDIAN) !== 0) {
      // EAGAIN: it has been cleared since. Any wake-up may be for nothing.
      trySyscall("futex", this.busy, FUTEX.FUTEX_WAIT, BUSY, null, null, 0);
    }
  }

  /** Closes the pipe; a child that still waits goes on. */
  [Symbol.dispose](): void {
    this.#pipe[Symbol.dispose]();
  }
}

function viewOf({ bytes }: Allocation): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset);
}

/**
 * Maps the ids of a process's user namespace, once and for all.
 *
 * @param pid In the pid namespace that `/proc` shows.
 * @throws {SyscallError} `EPERM` if an id of ours is not mapped itself or the
 * map is set; `EINVAL` if ranges overlap, or a text has 4096 bytes or more.
 */
export function writeIdMaps(pid: number, { uid, gid }: IdMapTexts): void {
  writeWhole(`/proc/${pid}/uid_map`, uid);
  writeWhole(`/proc/${pid}/gid_map`, gid);
}

/** The kernel takes the whole text in one call, or nothing. */
function writeWhole(path: string, text: string): void {
  using file = new Fd(
    syscall("openat", AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0),
  );
  const bytes = new TextEncoder().encode(text);
  syscall("write", file.number, bytes, bytes.length);
}
