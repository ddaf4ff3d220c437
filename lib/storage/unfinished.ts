/**
 * What this process has begun and would leave behind if it ended right now:
 * locks, trees without a name. On the start path: no import.
 *
 * @module
 */

const BEGUN = new Set<Disposable>();

/** Notes something that would be left. */
export function noteBegun(work: Disposable): void {
  BEGUN.add(work);
}

/** It is finished, or undone. */
export function noteFinished(work: Disposable): void {
  BEGUN.delete(work);
}

/** Undoes all that has been begun, the latest first. */
export function undoBegun(): void {
  for (const work of [...BEGUN].reverse()) {
    // Another one may have owned it.
    if (!BEGUN.delete(work)) continue;
    try {
      work[Symbol.dispose]();
    } catch {
      // The others have to go as well, and nobody is there to be told.
    }
  }
}
