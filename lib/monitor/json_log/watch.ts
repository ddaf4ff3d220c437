/**
 * Waits for a log to grow.
 *
 * @module
 */
import {
  addWatch,
  discardEvents,
  openInotify,
} from "../../../ffi/calls/inotify.ts";
import { waitReadable } from "../../../ffi/calls/poll.ts";
import {
  IN_CREATE,
  IN_MODIFY,
  IN_MOVED_TO,
} from "../../../ffi/constants/inotify.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";

/** How often to look if the kernel does not tell, or the time is up. */
const LOOK_MS = 100;
const LONGEST_WAIT_MS = 60_000;

/** A log that may grow. */
export class LogWatch implements Disposable {
  readonly #directory: string;
  readonly #writer: Fd;
  #inotify: Fd | undefined;

  /**
   * @param directory That of the log.
   * @param writer A pidfd of who writes it; stays the caller's.
   */
  constructor(directory: string, writer: Fd) {
    this.#directory = directory;
    this.#writer = writer;
    this.#inotify = watch(directory);
  }

  /**
   * Waits until the log may have grown since the last time.
   *
   * @param timeoutMs How long to wait at most.
   * @returns `"ended"` if nobody writes it any more: what there is, is all.
   */
  async wait(timeoutMs: number): Promise<"grown" | "ended"> {
    const inotify = this.#inotify;
    const longestMs = inotify === undefined ? LOOK_MS : LONGEST_WAIT_MS;
    const descriptors = [this.#writer, ...(inotify ? [inotify] : [])];
    const ready = await waitReadable(
      descriptors,
      Math.min(timeoutMs, longestMs),
    );
    if (inotify !== undefined) discardEvents(inotify);
    // Before the log is read, so that nothing is missed.
    else this.#inotify = watch(this.#directory);
    return ready.includes(this.#writer) ? "ended" : "grown";
  }

  [Symbol.dispose](): void {
    this.#inotify?.[Symbol.dispose]();
  }
}

/** How many watches a user may have is limited; and a log may not be there. */
function watch(directory: string): Fd | undefined {
  const tolerated = ["EMFILE", "ENOSPC", "ENOENT"] as const;
  using stack = new DisposableStack();
  try {
    const inotify = stack.use(openInotify());
    addWatch(inotify, directory, IN_MODIFY | IN_CREATE | IN_MOVED_TO);
    stack.move();
    return inotify;
  } catch (error) {
    if (tolerated.some((name) => isSyscallError(error, name))) return undefined;
    throw error;
  }
}
