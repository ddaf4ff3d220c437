/**
 * `tsdocker top`: the processes of a container.
 *
 * @module
 */
import { readTextFileIfExists } from "../../base/atomic_file.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { listProcesses } from "../../engine/containers/top.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { EXIT_STATUS } from "../errors.ts";
import { formatTable } from "../output/table.ts";
import { topColumns } from "./top_columns.ts";

/** The command `top`. */
export const topCommand = defineCommand({
  summary: "List the processes of a container",
  description: "They are listed as ps -ef on the host would. Options of ps " +
    "choose other columns; pids and users are the host's.",
  positionals: [
    { name: "CONTAINER" },
    { name: "OPTION", optional: true, repeats: true },
  ],
  stopsAtPositional: true,
  flags: {},
  examples: [
    { line: "top web -o pid,rss,cmd", purpose: "shows their memory in KiB" },
  ],
}, async ({ positionals: [container = "", ...options] }, context) => {
  const columns = topColumns(options);
  const engine = engineOf(context);
  await settle(engine);
  const processes = listProcesses(engine, container);
  const users = userNames(readTextFileIfExists("/etc/passwd") ?? "");
  const surroundings = {
    nowMs: Date.now(),
    memoryBytes: Deno.systemMemoryInfo().total,
    userName: (uid: number): string => users.get(uid) ?? String(uid),
  };
  context.stdout.write(formatTable(
    columns.map(({ header }) => header),
    processes.map((process) =>
      columns.map(({ cell }) => cell(process, surroundings))
    ),
  ));
  return EXIT_STATUS.success;
});

/** Names by user id; of several the first counts. */
function userNames(passwd: string): ReadonlyMap<number, string> {
  const lines = passwd.split("\n").filter((line) => line !== "").reverse();
  return new Map(lines.map((line) => {
    const [name = "", , uid] = line.split(":");
    return [Number(uid), name];
  }));
}
