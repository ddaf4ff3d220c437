/**
 * What a container's file becomes on the host, where it belongs to whoever
 * copies it: most likely root.
 *
 * @module
 */
import type { FileMaker } from "../../runtime/rootfs/file_maker.ts";
import { printable } from "../../storage/tar/byte_string.ts";
import type { TarEntry } from "../../storage/tar/entry.ts";

const ACCESS_BITS = 0o777;

/**
 * A file as its new owner may have it. Programs that run with their owner's
 * rights and devices are the host's business, not a container's.
 *
 * @returns `undefined` for a device.
 */
export function harmlessEntry(
  entry: TarEntry,
  { maker, warn }: {
    readonly maker: FileMaker;
    /** Hears of what is left out. */
    warn(message: string): void;
  },
): TarEntry | undefined {
  if (entry.type === "character-device" || entry.type === "block-device") {
    warn(
      `Not copying the device ${printable(entry.name)}: only --archive does`,
    );
    return undefined;
  }
  return {
    ...entry,
    ...maker,
    mode: entry.mode & ACCESS_BITS,
    xattrs: new Map(),
  };
}
