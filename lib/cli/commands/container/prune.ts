/**
 * `tsdocker container prune`: removes the containers that do not run.
 *
 * @module
 */
import { pruneContainers } from "../../../engine/containers/prune.ts";
import { settle } from "../../../engine/containers/reconcile.ts";
import { defineCommand } from "../../command.ts";
import { confirm, DRY_RUN_FLAG, FORCE_FLAG } from "../../confirm.ts";
import { engineOf } from "../../engine.ts";
import { FILTER_FLAG } from "../../filter_flag.ts";
import {
  parsePruneFilter,
  PRUNE_FILTER_HELP,
  prunedText,
} from "../../prune_output.ts";

/** The command `container prune`. */
export const containerPruneCommand = defineCommand({
  summary: "Remove all containers that do not run",
  description: "Paused containers count as running, and so do those that " +
    `their restart policy is about to start again.\n\n${PRUNE_FILTER_HELP}`,
  positionals: [],
  flags: { filter: FILTER_FLAG, force: FORCE_FLAG, dryRun: DRY_RUN_FLAG },
}, async ({ options }, context) => {
  const filter = parsePruneFilter(options.filter, Date.now());
  const engine = engineOf(context);
  await settle(engine);
  const mode = options.dryRun ? "dry-run" : "remove";
  const isWanted = options.force || options.dryRun ||
    confirm("This will remove all stopped containers.", context);
  if (!isWanted) return 0;
  const pruned = await pruneContainers(engine, { filter, mode });
  context.stdout.write(prunedText([{ what: "Containers", pruned }], mode));
  return 0;
});
