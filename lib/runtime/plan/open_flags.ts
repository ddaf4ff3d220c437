/**
 * The open(2) flags plans use, by name.
 *
 * @module
 */
import {
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOCTTY,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
} from "../../../ffi/constants/fcntl.ts";
import type { RecordArgument } from "../../../ffi/record.ts";

/** For `flags(OPEN, "O_PATH", …)`. */
export const OPEN = {
  O_RDONLY,
  O_WRONLY,
  O_RDWR,
  O_NOCTTY,
  O_CLOEXEC,
  O_PATH,
  O_DIRECTORY,
} as const;

/** `AT_FDCWD` as an argument. */
export const AT_FDCWD: RecordArgument = { value: -100, text: "AT_FDCWD" };
