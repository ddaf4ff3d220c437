/**
 * Constants of glibc's `sys/mount.h` that `linux/mount.h` has not.
 *
 * @module
 * @see umount(2)
 */

/** Flags of umount2(2). */
export const UMOUNT = {
  MNT_FORCE: 0x1,
  MNT_DETACH: 0x2,
  MNT_EXPIRE: 0x4,
  UMOUNT_NOFOLLOW: 0x8,
} as const;
