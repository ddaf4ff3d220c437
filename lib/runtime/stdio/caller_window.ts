/**
 * The window of the caller's terminal; apart from the caller's streams, as a
 * container that is not connected to those begins with its size, too.
 *
 * @module
 */
import { getWindowSize, type WindowSize } from "../../../ffi/calls/terminal.ts";

const STDIN = 0;
const STDOUT = 1;

/** Size of the caller's terminal, if it has one. */
export function callerWindowSize(): WindowSize | undefined {
  return getWindowSize(STDOUT) ?? getWindowSize(STDIN);
}
