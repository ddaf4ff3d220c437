/**
 * How openat2(2) is to resolve paths inside a container.
 *
 * @module
 */
import {
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
} from "../../../ffi/constants/openat2.ts";
import type { RecordArgument, Symbolic } from "../../../ffi/record.ts";

/** Size of `struct open_how`. */
export const OPEN_HOW_BYTES = 24;

/** The directory that a path begins in is its root, for links as well. */
export const IN_ROOT: Symbolic = {
  value: RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  text: "RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS",
};

const NO_SYMLINKS: Symbolic = {
  value: RESOLVE_NO_SYMLINKS,
  text: "RESOLVE_NO_SYMLINKS",
};

/**
 * `struct open_how` of openat2(2).
 *
 * @param open The flags of open(2).
 * @param resolve How the path may be resolved; by default no component of it
 * may be a symbolic link.
 */
export function openHow(
  open: Symbolic,
  resolve: Symbolic = NO_SYMLINKS,
): RecordArgument {
  return { words: [open, 0, resolve] };
}

/** A path inside the container, relative to its root. */
export function relative(path: string): string {
  return path.replace(/^\/+/, "") || ".";
}
