/**
 * include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h and, for the
 * four flags that differ on aarch64, arch/arm64/include/uapi/asm/fcntl.h.
 *
 * @module
 */
import { ARCH, type Arch } from "../arch/arch.ts";

export const O_RDONLY = 0x0;
export const O_WRONLY = 0x1;
export const O_RDWR = 0x2;
export const O_CREAT = 0x40;
export const O_EXCL = 0x80;
export const O_NOCTTY = 0x100;
export const O_TRUNC = 0x200;
export const O_APPEND = 0x400;
export const O_NONBLOCK = 0x800;
export const O_DSYNC = 0x1000;
export const O_NOATIME = 0x40000;
export const O_CLOEXEC = 0x80000;
export const O_SYNC = 0x101000;
export const O_PATH = 0x200000;

/** The open flags that have another value on each architecture. */
export interface ArchOpenFlags {
  readonly O_DIRECT: number;
  readonly O_LARGEFILE: number;
  readonly O_DIRECTORY: number;
  readonly O_NOFOLLOW: number;
}

/** Values of the differing open flags by architecture. */
export const OPEN_FLAGS: Readonly<Record<Arch, ArchOpenFlags>> = {
  x86_64: {
    O_DIRECT: 0x4000,
    O_LARGEFILE: 0x8000,
    O_DIRECTORY: 0x10000,
    O_NOFOLLOW: 0x20000,
  },
  aarch64: {
    O_DIRECT: 0x10000,
    O_LARGEFILE: 0x20000,
    O_DIRECTORY: 0x4000,
    O_NOFOLLOW: 0x8000,
  },
};

export const { O_DIRECT, O_LARGEFILE, O_DIRECTORY, O_NOFOLLOW } =
  OPEN_FLAGS[ARCH];

/** An unnamed file in the directory that is opened. */
export const O_TMPFILE = 0x400000 | O_DIRECTORY;

export const F_DUPFD = 0;
export const F_GETFD = 1;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_DUPFD_CLOEXEC = 1030;
export const F_SETPIPE_SZ = 1031;
export const F_ADD_SEALS = 1033;
export const F_GET_SEALS = 1034;

export const F_SEAL_SEAL = 0x1;
export const F_SEAL_SHRINK = 0x2;
export const F_SEAL_GROW = 0x4;
export const F_SEAL_WRITE = 0x8;

/** Flags of memfd_create(2), in `linux/memfd.h`. */
export const MFD_CLOEXEC = 0x1;
export const MFD_ALLOW_SEALING = 0x2;

export const FD_CLOEXEC = 0x1;

export const LOCK_SH = 0x1;
export const LOCK_EX = 0x2;
export const LOCK_NB = 0x4;
export const LOCK_UN = 0x8;

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_NO_AUTOMOUNT = 0x800;
export const AT_EMPTY_PATH = 0x1000;
export const AT_RECURSIVE = 0x8000;
