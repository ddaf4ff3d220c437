/**
 * `tsdocker stats`: what containers use up.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import type { ContainerConfig } from "../../engine/container_config.ts";
import { listContainers, listLive } from "../../engine/containers/list.ts";
import { findConfig } from "../../engine/containers/look_up.ts";
import { readConfig } from "../../engine/containers/records.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import {
  sampleUsage,
  type UsageSample,
} from "../../engine/containers/sample.ts";
import { defineCommand } from "../command.ts";
import { EXIT_STATUS } from "../errors.ts";
import {
  formatRows,
  parseRowFormat,
  rowFormatFlag,
} from "../output/row_format.ts";
import { NO_TRUNC_FLAG } from "../output/row_flags.ts";
import { STATS_LAYOUT, statsRow } from "./stats_rows.ts";

/** Between two looks; with `--no-stream` nobody wants to wait. */
const INTERVAL_MS = 1000;
const SHORT_INTERVAL_MS = 500;
/** Puts the cursor back to the top, and clears what is below it. */
const BACK_TO_TOP = "\x1b[H\x1b[J";

/** A container, and what the user called it. */
interface Target {
  readonly id: ContainerId;
  readonly reference: string;
}

/** The command `stats`. */
export const statsCommand = defineCommand({
  summary: "Show what containers use up, again and again",
  description:
    "Without a container, all that run are shown. 100 % is all the " +
    "time of one CPU.",
  positionals: [{ name: "CONTAINER", optional: true, repeats: true }],
  flags: {
    all: {
      type: "boolean",
      long: "all",
      short: "a",
      description: "Show all containers, running or not",
    },
    format: rowFormatFlag("Name", "CPUPerc"),
    noStream: {
      type: "boolean",
      long: "no-stream",
      description: "Show it once only",
    },
    noTrunc: NO_TRUNC_FLAG,
  },
}, async ({ options, positionals }, context) => {
  const { paths, stdout, log } = context;
  const format = parseRowFormat(options.format);
  await settle({ paths, warn: log.warn });
  const named = positionals.map((reference) => ({
    id: findConfig(paths, reference).id,
    reference,
  }));
  const targets = (): readonly Target[] =>
    named.length > 0 ? named : runningTargets(paths, options);
  const rowOptions = {
    fullIds: options.noTrunc,
    memoryBytes: Deno.systemMemoryInfo().total,
  };
  const isScreen = !options.noStream && context.stdoutIsTerminal();
  const intervalMs = options.noStream ? SHORT_INTERVAL_MS : INTERVAL_MS;
  let before = sampleAll(paths, targets());
  do {
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
    const chosen = targets();
    const now = sampleAll(paths, chosen);
    const rows = chosen.flatMap(({ id, reference }) => {
      const config = readConfig(paths, id);
      if (config === undefined) return [];
      const samples = { before: before.get(id), now: now.get(id) };
      const { name } = config;
      return [statsRow({ id, name, reference, ...samples }, rowOptions)];
    });
    const text = formatRows(rows, STATS_LAYOUT, format);
    stdout.write(isScreen ? BACK_TO_TOP + text : text);
    before = now;
  } while (!options.noStream);
  return EXIT_STATUS.success;
});

function runningTargets(
  paths: HostPaths,
  { all }: { readonly all: boolean },
): Target[] {
  return (all ? listContainers : listLive)(paths)
    .filter(({ status }) =>
      all || status.state === "running" || status.state === "paused"
    )
    .map(({ config: { id } }) => ({ id, reference: id }));
}

function sampleAll(
  paths: HostPaths,
  targets: readonly Target[],
): ReadonlyMap<ContainerId, UsageSample> {
  const samples = new Map<ContainerId, UsageSample>();
  for (const { id } of targets) {
    const config: ContainerConfig | undefined = readConfig(paths, id);
    const sample = config && sampleUsage(paths, config);
    if (sample !== undefined) samples.set(id, sample);
  }
  return samples;
}
