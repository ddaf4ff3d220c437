/**
 * `tsdocker volume prune`: removes volumes that no container has.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { pruneVolumes } from "../../../engine/volumes/prune_volumes.ts";
import { defineCommand } from "../../command.ts";
import { confirm, DRY_RUN_FLAG, FORCE_FLAG } from "../../confirm.ts";
import { engineOf } from "../../engine.ts";
import { FILTER_FLAG } from "../../filter_flag.ts";
import {
  parsePruneFilter,
  PRUNE_FILTER_HELP,
  prunedText,
} from "../../prune_output.ts";

/** The command `volume prune`. */
export const volumePruneCommand = defineCommand({
  summary: "Remove the volumes that no container has",
  description: "Only those that were given no name, unless all are asked " +
    `for.\n\n${PRUNE_FILTER_HELP}`,
  positionals: [],
  flags: {
    all: {
      type: "boolean",
      long: "all",
      short: "a",
      description: "Remove those with a name, too",
    },
    filter: FILTER_FLAG,
    force: FORCE_FLAG,
    dryRun: DRY_RUN_FLAG,
  },
}, async ({ options: { all, ...options } }, context) => {
  const filter = parsePruneFilter(options.filter, Date.now());
  const engine = engineOf(context);
  await settle(engine);
  const mode = options.dryRun ? "dry-run" : "remove";
  const kind = all ? "all" : "anonymous";
  const isWanted = options.force || options.dryRun || confirm(
    `This will remove ${kind} local volumes not used by at least one container.`,
    context,
  );
  if (!isWanted) return 0;
  const pruned = pruneVolumes(engine, { filter, mode, which: kind });
  context.stdout.write(prunedText([{ what: "Volumes", pruned }], mode));
  return 0;
});
