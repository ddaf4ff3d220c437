/**
 * Waiting a moment for the kernel without giving the thread up.
 *
 * @module
 */
import { blockThread } from "../../base/block_thread.ts";

const PAUSE_MS = 1;

/** Blocks the thread for a millisecond. */
export function pause(): void {
  blockThread(PAUSE_MS);
}
