/**
 * `tsdocker ps`: the containers there are.
 *
 * @module
 */
import { shortId } from "../../base/identifiers.ts";
import { listContainers } from "../../engine/containers/list.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { formatContainers, selectContainers } from "./container_rows.ts";

/** The command `ps`. */
export const psCommand = defineCommand({
  summary: "List containers",
  description: "Without a flag, only those that run are listed.",
  positionals: [],
  flags: {
    all: {
      type: "boolean",
      long: "all",
      short: "a",
      description: "List all containers, running or not",
    },
    last: {
      type: "number",
      long: "last",
      short: "n",
      default: -1,
      description: "List the n newest containers, running or not",
    },
    latest: {
      type: "boolean",
      long: "latest",
      short: "l",
      description: "List the newest container, running or not",
    },
    noTrunc: {
      type: "boolean",
      long: "no-trunc",
      description: "Do not cut ids and commands",
    },
    quiet: {
      type: "boolean",
      long: "quiet",
      short: "q",
      description: "List ids only",
    },
  },
}, ({ options }, { paths, stdout, log }) => {
  settle({ paths, warn: log.warn });
  const selected = selectContainers(listContainers(paths), {
    all: options.all,
    last: options.latest ? 1 : options.last,
  });
  if (options.quiet) {
    for (const { config: { id } } of selected) {
      stdout.write(`${options.noTrunc ? id : shortId(id)}\n`);
    }
    return 0;
  }
  const layout = { full: options.noTrunc, nowMs: Date.now() };
  stdout.write(formatContainers(selected, layout));
  return 0;
});
