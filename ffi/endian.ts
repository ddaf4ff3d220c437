/**
 * The byte order of every structure shared with the kernel here.
 *
 * @module
 */

/** For `DataView`: both architectures are little-endian. */
export const LITTLE_ENDIAN = true;
