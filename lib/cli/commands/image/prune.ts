/**
 * `tsdocker image prune`: removes images that nothing needs.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { pruneImages } from "../../../engine/images/prune.ts";
import { endTidily } from "../../../storage/tidy_end.ts";
import { defineCommand } from "../../command.ts";
import { confirm, DRY_RUN_FLAG, FORCE_FLAG } from "../../confirm.ts";
import { engineOf } from "../../engine.ts";
import { FILTER_FLAG } from "../../filter_flag.ts";
import {
  parsePruneFilter,
  PRUNE_FILTER_HELP,
  prunedText,
} from "../../prune_output.ts";

/** The command `image prune`. */
export const imagePruneCommand = defineCommand({
  summary: "Remove images without a name",
  description: "Images that containers use stay. So goes what was given up " +
    "half pulled, and what crashes have left. Of archives that were run " +
    "without being made images, what they were unpacked to goes with -a; " +
    `else only of those that have changed since.\n\n${PRUNE_FILTER_HELP}`,
  positionals: [],
  flags: {
    all: {
      type: "boolean",
      long: "all",
      short: "a",
      description: "Remove all images that no container uses",
    },
    filter: FILTER_FLAG,
    force: FORCE_FLAG,
    dryRun: DRY_RUN_FLAG,
  },
}, async ({ options }, context) => {
  const filter = parsePruneFilter(options.filter, Date.now());
  const engine = engineOf(context);
  await settle(engine);
  const mode = options.dryRun ? "dry-run" : "remove";
  const what = options.all
    ? "all images without at least one container associated to them"
    : "all dangling images";
  const isWanted = options.force || options.dryRun ||
    confirm(`This will remove ${what}.`, context);
  if (!isWanted) return 0;
  using _tidy = endTidily();
  const which = options.all ? "unused" : "dangling";
  const pruned = await pruneImages(engine, { filter, mode, which });
  context.stdout.write(prunedText([{ what: "Images", pruned }], mode));
  return 0;
});
