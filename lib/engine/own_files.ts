/**
 * The files of `/etc` that every container has of its own, mounted over what
 * its image has there.
 *
 * @module
 */

/** Their names. */
export const OWN_FILES = ["resolv.conf", "hostname", "hosts"] as const;
