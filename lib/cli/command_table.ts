/**
 * Every command: its names, and where its code is. Modules are loaded when
 * their command is run, so that no command pays for another.
 *
 * @module
 */
import type { Command } from "./command.ts";
import type { CommandNames } from "./help.ts";
import { IMAGE_COMMANDS } from "./image_commands.ts";
import { NETWORK_COMMANDS } from "./network_commands.ts";
import { VOLUME_COMMANDS } from "./volume_commands.ts";

/** A command that has not been loaded yet. */
export interface CommandEntry extends CommandNames {
  /** Whether it is not for people: neither listed nor suggested. */
  readonly hidden?: true;
  load(): Promise<Command>;
}

/** What the first words of two-word commands are about. */
export const GROUPS: Readonly<Record<string, string>> = {
  container: "Manage containers",
  generate: "Print files for other programs",
  image: "Manage images",
  network: "Manage networks",
  system: "Look after tsdocker itself",
  volume: "Manage volumes",
};

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "run",
    aliases: ["container run"],
    load: async () => (await import("./commands/run.ts")).runCommand,
  },
  {
    name: "create",
    aliases: ["container create"],
    load: async () => (await import("./commands/create.ts")).createCommand,
  },
  {
    name: "start",
    aliases: ["container start"],
    load: async () => (await import("./commands/start.ts")).startCommand,
  },
  {
    name: "attach",
    aliases: ["container attach"],
    load: async () => (await import("./commands/attach.ts")).attachCommand,
  },
  {
    name: "exec",
    aliases: ["container exec"],
    load: async () => (await import("./commands/exec.ts")).execCommand,
  },
  {
    name: "ps",
    aliases: ["container ls", "container list", "container ps"],
    load: async () => (await import("./commands/ps.ts")).psCommand,
  },
  {
    name: "inspect",
    aliases: ["container inspect"],
    load: async () => (await import("./commands/inspect.ts")).inspectCommand,
  },
  {
    name: "port",
    aliases: ["container port"],
    load: async () => (await import("./commands/port.ts")).portCommand,
  },
  {
    name: "exists",
    aliases: ["container exists"],
    load: async () => (await import("./commands/exists.ts")).existsCommand,
  },
  {
    name: "logs",
    aliases: ["container logs"],
    load: async () => (await import("./commands/logs.ts")).logsCommand,
  },
  {
    name: "rm",
    aliases: ["container rm", "container remove"],
    load: async () => (await import("./commands/rm.ts")).rmCommand,
  },
  {
    name: "stop",
    aliases: ["container stop"],
    load: async () => (await import("./commands/stop.ts")).stopCommand,
  },
  {
    name: "restart",
    aliases: ["container restart"],
    load: async () => (await import("./commands/restart.ts")).restartCommand,
  },
  {
    name: "kill",
    aliases: ["container kill"],
    load: async () => (await import("./commands/kill.ts")).killCommand,
  },
  {
    name: "wait",
    aliases: ["container wait"],
    load: async () => (await import("./commands/wait.ts")).waitCommand,
  },
  {
    name: "pause",
    aliases: ["container pause"],
    load: async () => (await import("./commands/pause.ts")).pauseCommand,
  },
  {
    name: "unpause",
    aliases: ["container unpause"],
    load: async () => (await import("./commands/unpause.ts")).unpauseCommand,
  },
  {
    name: "rename",
    aliases: ["container rename"],
    load: async () => (await import("./commands/rename.ts")).renameCommand,
  },
  {
    name: "update",
    aliases: ["container update"],
    load: async () => (await import("./commands/update.ts")).updateCommand,
  },
  {
    name: "top",
    aliases: ["container top"],
    load: async () => (await import("./commands/top.ts")).topCommand,
  },
  {
    name: "stats",
    aliases: ["container stats"],
    load: async () => (await import("./commands/stats.ts")).statsCommand,
  },
  {
    name: "events",
    aliases: ["system events"],
    load: async () => (await import("./commands/events.ts")).eventsCommand,
  },
  ...IMAGE_COMMANDS,
  {
    name: "container prune",
    aliases: [],
    load: async () =>
      (await import("./commands/container/prune.ts")).containerPruneCommand,
  },
  {
    name: "system df",
    aliases: [],
    load: async () => (await import("./commands/system/df.ts")).systemDfCommand,
  },
  {
    name: "system prune",
    aliases: [],
    load: async () =>
      (await import("./commands/system/prune.ts")).systemPruneCommand,
  },
  {
    name: "system repair",
    aliases: [],
    load: async () =>
      (await import("./commands/system/repair.ts")).systemRepairCommand,
  },
  {
    name: "boot",
    aliases: [],
    load: async () => (await import("./commands/boot.ts")).bootCommand,
  },
  {
    name: "generate systemd",
    aliases: [],
    load: async () =>
      (await import("./commands/generate/systemd.ts")).generateSystemdCommand,
  },
  {
    name: "cp",
    aliases: ["container cp"],
    load: async () => (await import("./commands/cp.ts")).cpCommand,
  },
  {
    name: "diff",
    aliases: ["container diff"],
    load: async () => (await import("./commands/diff.ts")).diffCommand,
  },
  {
    name: "export",
    aliases: ["container export"],
    load: async () => (await import("./commands/export.ts")).exportCommand,
  },
  {
    name: "commit",
    aliases: ["container commit"],
    load: async () => (await import("./commands/commit.ts")).commitCommand,
  },
  {
    name: "import",
    aliases: ["image import"],
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  ...NETWORK_COMMANDS,
  ...VOLUME_COMMANDS,
  {
    name: "pull",
    aliases: ["image pull"],
    load: async () => (await import("./commands/pull.ts")).pullCommand,
  },
  {
    name: "push",
    aliases: ["image push"],
    load: async () => (await import("./commands/push.ts")).pushCommand,
  },
  {
    name: "login",
    aliases: [],
    load: async () => (await import("./commands/login.ts")).loginCommand,
  },
  {
    name: "logout",
    aliases: [],
    load: async () => (await import("./commands/logout.ts")).logoutCommand,
  },
  {
    name: "load",
    aliases: ["image load"],
    load: async () => (await import("./commands/load.ts")).loadCommand,
  },
  {
    name: "save",
    aliases: ["image save"],
    load: async () => (await import("./commands/save.ts")).saveCommand,
  },
  {
    name: "completion",
    aliases: [],
    load: async () =>
      (await import("./commands/completion.ts")).completionCommand,
  },
  {
    name: "version",
    aliases: [],
    load: async () => (await import("./commands/version.ts")).versionCommand,
  },
  {
    name: "info",
    aliases: [],
    load: async () => (await import("./commands/info.ts")).infoCommand,
  },
  {
    name: "doctor",
    aliases: [],
    load: async () => (await import("./commands/doctor.ts")).doctorCommand,
  },
  {
    name: "help",
    aliases: [],
    load: async () => (await import("./commands/help.ts")).helpCommand,
  },
  {
    name: "monitor",
    aliases: [],
    hidden: true,
    load: async () =>
      (await import("./commands/internal/monitor.ts")).monitorCommand,
  },
  {
    name: "complete",
    aliases: [],
    hidden: true,
    load: async () =>
      (await import("./commands/internal/complete.ts")).completeCommand,
  },
  {
    name: "unpack",
    aliases: [],
    hidden: true,
    load: async () =>
      (await import("./commands/internal/unpack.ts")).unpackLayerCommand,
  },
  {
    name: "init",
    aliases: [],
    hidden: true,
    load: async () => (await import("./commands/internal/init.ts")).initCommand,
  },
];
