/**
 * The commands about images of the store, as a part of the table of all.
 *
 * @module
 */
import type { CommandEntry } from "./command_table.ts";

/** From `images` to `image prune`, in the order of the help. */
export const IMAGE_COMMANDS: readonly CommandEntry[] = [
  {
    name: "images",
    aliases: ["image ls", "image list"],
    load: async () => (await import("./commands/images.ts")).imagesCommand,
  },
  {
    name: "rmi",
    aliases: ["image rm", "image remove"],
    load: async () => (await import("./commands/rmi.ts")).rmiCommand,
  },
  {
    name: "tag",
    aliases: ["image tag"],
    load: async () => (await import("./commands/tag.ts")).tagCommand,
  },
  {
    name: "untag",
    aliases: ["image untag"],
    load: async () => (await import("./commands/untag.ts")).untagCommand,
  },
  {
    name: "history",
    aliases: ["image history"],
    load: async () => (await import("./commands/history.ts")).historyCommand,
  },
  {
    name: "image inspect",
    aliases: [],
    load: async () =>
      (await import("./commands/image/inspect.ts")).imageInspectCommand,
  },
  {
    name: "image diff",
    aliases: [],
    load: async () =>
      (await import("./commands/image/diff.ts")).imageDiffCommand,
  },
  {
    name: "image exists",
    aliases: [],
    load: async () =>
      (await import("./commands/image/exists.ts")).imageExistsCommand,
  },
  {
    name: "image tree",
    aliases: [],
    load: async () =>
      (await import("./commands/image/tree.ts")).imageTreeCommand,
  },
  {
    name: "image verify",
    aliases: [],
    load: async () =>
      (await import("./commands/image/verify.ts")).imageVerifyCommand,
  },
  {
    name: "image prune",
    aliases: [],
    load: async () =>
      (await import("./commands/image/prune.ts")).imagePruneCommand,
  },
];
