/**
 * include/uapi/linux/inotify.h
 *
 * @module
 */

export const IN_MODIFY = 0x2;
export const IN_MOVED_TO = 0x80;
export const IN_CREATE = 0x100;
