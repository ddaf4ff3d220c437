/**
 * `tsdocker network prune`: removes networks that no container has.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { pruneNetworks } from "../../../engine/networks/prune_networks.ts";
import { defineCommand } from "../../command.ts";
import { confirm, DRY_RUN_FLAG, FORCE_FLAG } from "../../confirm.ts";
import { engineOf } from "../../engine.ts";
import { FILTER_FLAG } from "../../filter_flag.ts";
import {
  parsePruneFilter,
  PRUNE_FILTER_HELP,
  prunedLists,
} from "../../prune_output.ts";

/** The command `network prune`. */
export const networkPruneCommand = defineCommand({
  summary: "Remove the networks that no container has",
  description: "A container that does not run has its networks, too.\n\n" +
    PRUNE_FILTER_HELP,
  positionals: [],
  flags: { filter: FILTER_FLAG, force: FORCE_FLAG, dryRun: DRY_RUN_FLAG },
}, async ({ options }, context) => {
  const filter = parsePruneFilter(options.filter, Date.now());
  const engine = engineOf(context);
  await settle(engine);
  const mode = options.dryRun ? "dry-run" : "remove";
  const isWanted = options.force || options.dryRun || confirm(
    "This will remove all custom networks not used by at least one container.",
    context,
  );
  if (!isWanted) return 0;
  const pruned = pruneNetworks(engine, { filter, mode });
  // They take no room, so there is no sum to tell.
  context.stdout.write(prunedLists([{ what: "Networks", pruned }], mode));
  return 0;
});
