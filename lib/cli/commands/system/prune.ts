/**
 * `tsdocker system prune`: removes everything that is not in use.
 *
 * @module
 */
import { pruneContainers } from "../../../engine/containers/prune.ts";
import { settle } from "../../../engine/containers/reconcile.ts";
import { pruneImages } from "../../../engine/images/prune.ts";
import { pruneNetworks } from "../../../engine/networks/prune_networks.ts";
import { pruneVolumes } from "../../../engine/volumes/prune_volumes.ts";
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

const UNUSED_NETWORKS = "all networks not used by at least one container";
const ALL_IMAGES = "all images without at least one container";
const DANGLING_IMAGES = "all dangling images";
const UNUSED_VOLUMES =
  "all anonymous volumes not used by at least one container";

/** The command `system prune`. */
export const systemPruneCommand = defineCommand({
  summary: "Remove what is not in use",
  description:
    "That is containers that do not run, networks that no container has, " +
    "images without a name that no container uses, with -a those with a " +
    "name, too, and all that is left of what was given up or removed. Of " +
    "archives that were run without being made images, what they were " +
    "unpacked to goes with -a; else only of those that have changed " +
    `since.\n\n${PRUNE_FILTER_HELP}`,
  positionals: [],
  flags: {
    all: {
      type: "boolean",
      long: "all",
      short: "a",
      description: "Remove all unused images, not only dangling ones",
    },
    filter: FILTER_FLAG,
    force: FORCE_FLAG,
    dryRun: DRY_RUN_FLAG,
    volumes: {
      type: "boolean",
      long: "volumes",
      description: "Remove unused volumes without a name, too",
    },
  },
  examples: [{
    line: "system prune -a --dry-run",
    purpose: "prints how much room could be had",
  }],
}, async ({ options }, context) => {
  const filter = parsePruneFilter(options.filter, Date.now());
  const engine = engineOf(context);
  await settle(engine);
  const mode = options.dryRun ? "dry-run" : "remove";
  const images = options.all ? ALL_IMAGES : DANGLING_IMAGES;
  const doomed = [
    "all stopped containers",
    UNUSED_NETWORKS,
    ...(options.volumes ? [UNUSED_VOLUMES] : []),
    images,
  ];
  const isWanted = options.force || options.dryRun || confirm(
    `This will remove:\n${doomed.map((one) => `  - ${one}\n`).join("")}`,
    context,
  );
  if (!isWanted) return 0;
  using _tidy = endTidily();
  const containers = await pruneContainers(engine, { filter, mode });
  const without = containers.ids;
  const networks = pruneNetworks(engine, { filter, mode, without });
  const volumes = options.volumes
    ? pruneVolumes(engine, { which: "anonymous", filter, mode, without })
    : { ids: [], reclaimedBytes: 0 };
  const which = options.all ? "unused" : "dangling";
  const pruned = await pruneImages(engine, {
    which,
    filter,
    mode,
    without,
  });
  context.stdout.write(prunedText([
    { what: "Containers", pruned: containers },
    { what: "Networks", pruned: networks },
    { what: "Volumes", pruned: volumes },
    { what: "Images", pruned },
  ], mode));
  return 0;
});
