/**
 * The commands about networks, as a part of the table of all.
 *
 * @module
 */
import type { CommandEntry } from "./command_table.ts";

/** The commands `network …`, in the order of the help. */
export const NETWORK_COMMANDS: readonly CommandEntry[] = [
  {
    name: "network create",
    aliases: [],
    load: async () =>
      (await import("./commands/network/create.ts")).networkCreateCommand,
  },
  {
    name: "network ls",
    aliases: ["network list"],
    load: async () =>
      (await import("./commands/network/ls.ts")).networkLsCommand,
  },
  {
    name: "network inspect",
    aliases: [],
    load: async () =>
      (await import("./commands/network/inspect.ts")).networkInspectCommand,
  },
  {
    name: "network rm",
    aliases: ["network remove"],
    load: async () =>
      (await import("./commands/network/rm.ts")).networkRmCommand,
  },
  {
    name: "network connect",
    aliases: [],
    load: async () =>
      (await import("./commands/network/connect.ts")).networkConnectCommand,
  },
  {
    name: "network disconnect",
    aliases: [],
    load: async () =>
      (await import("./commands/network/disconnect.ts"))
        .networkDisconnectCommand,
  },
  {
    name: "network reload",
    aliases: [],
    load: async () =>
      (await import("./commands/network/reload.ts")).networkReloadCommand,
  },
  {
    name: "network prune",
    aliases: [],
    load: async () =>
      (await import("./commands/network/prune.ts")).networkPruneCommand,
  },
  {
    name: "network exists",
    aliases: [],
    load: async () =>
      (await import("./commands/network/exists.ts")).networkExistsCommand,
  },
];
