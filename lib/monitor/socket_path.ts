/**
 * Where a monitor's socket is.
 *
 * @module
 */
import type { Fd } from "../../ffi/fd.ts";

/**
 * The path of the socket in a directory, by way of a descriptor: a socket's
 * path has no more than 107 bytes, a directory's may.
 *
 * @see unix(7), "sun_path"
 */
export function socketPath(directory: Fd): string {
  return `${directory.path}/attach`;
}
