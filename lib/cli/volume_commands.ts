/**
 * The commands about volumes, as a part of the table of all.
 *
 * @module
 */
import type { CommandEntry } from "./command_table.ts";

/** The commands `volume …`, in the order of the help. */
export const VOLUME_COMMANDS: readonly CommandEntry[] = [
  {
    name: "volume create",
    aliases: [],
    load: async () =>
      (await import("./commands/volume/create.ts")).volumeCreateCommand,
  },
  {
    name: "volume ls",
    aliases: ["volume list"],
    load: async () => (await import("./commands/volume/ls.ts")).volumeLsCommand,
  },
  {
    name: "volume inspect",
    aliases: [],
    load: async () =>
      (await import("./commands/volume/inspect.ts")).volumeInspectCommand,
  },
  {
    name: "volume rm",
    aliases: ["volume remove"],
    load: async () => (await import("./commands/volume/rm.ts")).volumeRmCommand,
  },
  {
    name: "volume prune",
    aliases: [],
    load: async () =>
      (await import("./commands/volume/prune.ts")).volumePruneCommand,
  },
  {
    name: "volume export",
    aliases: [],
    load: async () =>
      (await import("./commands/volume/export.ts")).volumeExportCommand,
  },
  {
    name: "volume import",
    aliases: [],
    load: async () =>
      (await import("./commands/volume/import.ts")).volumeImportCommand,
  },
  {
    name: "volume exists",
    aliases: [],
    load: async () =>
      (await import("./commands/volume/exists.ts")).volumeExistsCommand,
  },
];
