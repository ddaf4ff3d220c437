/**
 * The flags of `run` and `create` that say what else is among the files of a
 * container.
 *
 * @module
 */
import type { FlagTable } from "../../flag.ts";

/** By the names that `RunOptions` gives them. */
export const VOLUME_FLAGS = {
  volumes: {
    type: "list",
    long: "volume",
    short: "v",
    description: "Show a volume, or a path of the host, inside: " +
      "[NAME|PATH:]DST[:ro,U,…]",
  },
  mounts: {
    type: "list",
    long: "mount",
    description: "Show a path, a volume, a tmpfs or an image inside: " +
      "type=bind|volume|tmpfs|image,src=…,dst=…",
  },
  tmpfs: {
    type: "list",
    long: "tmpfs",
    description: "Mount an empty tmpfs: DST[:size=64m,mode=1777,…]",
  },
} as const satisfies FlagTable;
