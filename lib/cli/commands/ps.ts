/**
 * `tsdocker ps`: the containers there are.
 *
 * @module
 */
import { shortId } from "../../base/identifiers.ts";
import {
  type ContainerSummary,
  listContainers,
  listLive,
} from "../../engine/containers/list.ts";
import type { AncestryTest } from "../../engine/images/ancestry.ts";
import { containerPorts } from "../../engine/containers/container_ports.ts";
import { findContainer } from "../../engine/containers/find.ts";
import { readConfig } from "../../engine/containers/records.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { FILTER_FLAG, parseFilters } from "../filter_flag.ts";
import {
  formatRows,
  parseRowFormat,
  rowFormatFlag,
} from "../output/row_format.ts";
import { NO_TRUNC_FLAG, QUIET_FLAG } from "../output/row_flags.ts";
import {
  CONTAINER_LAYOUT,
  containerRow,
  selectContainers,
  SIZED_CONTAINER_LAYOUT,
} from "./container_rows.ts";

/** The command `ps`. */
export const psCommand = defineCommand({
  summary: "List containers",
  description: "Without a flag, only those that run are listed.\n\n" +
    "Filters are ancestor, before, exited, expose, health, id, is-task, " +
    "label, name, network, publish, since, status and volume.",
  positionals: [],
  flags: {
    all: {
      type: "boolean",
      long: "all",
      short: "a",
      description: "List all containers, running or not",
    },
    filter: { ...FILTER_FLAG, short: "f" },
    format: rowFormatFlag("ID", "Names"),
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
      ...NO_TRUNC_FLAG,
      description: "Do not cut ids and commands",
    },
    quiet: QUIET_FLAG,
    size: {
      type: "boolean",
      long: "size",
      short: "s",
      description: "Tell how much they have written, and with their images",
    },
  },
  examples: [
    {
      line: "ps -a --filter status=exited --format '{{.Names}}\\t{{.Status}}'",
      purpose: "prints how all that have ended did",
    },
  ],
}, async ({ options }, context) => {
  const { paths, stdout, log } = context;
  const format = parseRowFormat(options.format);
  await settle({ paths, warn: log.warn });
  const list = showsEnded(options) ? listContainers : listLive;
  const selected = await select(list(paths, log.warn), options, context);
  if (options.quiet) {
    for (const { config: { id } } of selected) {
      stdout.write(`${options.noTrunc ? id : shortId(id)}\n`);
    }
    return 0;
  }
  const measure = options.size || options.format?.includes(".Size")
    ? (await import("../../engine/containers/size.ts")).sizeMeter(paths)
    : undefined;
  const shown = { full: options.noTrunc, nowMs: Date.now() };
  const rows = selected.map((container) =>
    containerRow(container, {
      ...shown,
      ports: containerPorts(paths, container),
      ...(measure === undefined ? {} : { size: measure(container.config) }),
    })
  );
  const layout = options.size ? SIZED_CONTAINER_LAYOUT : CONTAINER_LAYOUT;
  stdout.write(formatRows(rows, layout, format));
  return 0;
});

/** The flags that say which containers. */
interface SelectOptions {
  readonly all: boolean;
  readonly latest: boolean;
  readonly last: number;
  readonly filter: readonly string[];
}

/** Whether those that have ended may be among them. */
function showsEnded({ all, latest, last, filter }: SelectOptions): boolean {
  return all || latest || last >= 0 || filter.length > 0;
}

/** As in docker, a limit counts only what the filters leave. */
async function select(
  containers: readonly ContainerSummary[],
  { all, latest, last, filter }: SelectOptions,
  { paths }: CommandContext,
): Promise<readonly ContainerSummary[]> {
  const limit = latest ? 1 : last;
  if (filter.length === 0) {
    return selectContainers(containers, { all, last: limit });
  }
  const { asksForEnded, CONTAINER_FILTERS, containerMatcher } = await import(
    "../../engine/containers/list_filter.ts"
  );
  const filters = parseFilters(CONTAINER_FILTERS, filter);
  const matches = containerMatcher(filters, {
    createdMs: (reference) => {
      const id = findContainer(paths, reference);
      return readConfig(paths, id)?.createdMs ?? 0;
    },
    ancestry: await ancestryOf(paths, filters.get("ancestor") ?? []),
    ports: (container) => containerPorts(paths, container),
  });
  return selectContainers(containers.filter(matches), {
    all: all || asksForEnded(filters),
    last: limit,
  });
}

/** Tests by image; only who asks for them pays for finding images. */
async function ancestryOf(
  paths: CommandContext["paths"],
  references: readonly string[],
): Promise<Map<string, AncestryTest>> {
  const tests = new Map<string, AncestryTest>();
  if (references.length === 0) return tests;
  const { ancestryTest } = await import("../../engine/images/ancestry.ts");
  for (const reference of references) {
    const test = await ancestryTest(paths, reference);
    if (test !== undefined) tests.set(reference, test);
  }
  return tests;
}
