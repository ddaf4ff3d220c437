/**
 * `tsdocker volume ls`: the volumes there are.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import {
  listVolumes,
  VOLUME_FILTERS,
  volumeMatcher,
} from "../../../engine/volumes/list_volumes.ts";
import { volumeUsers } from "../../../engine/volumes/volume_users.ts";
import { volumeDataPath } from "../../../storage/volume_path.ts";
import type { VolumeRecord } from "../../../storage/volume_store.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";
import { FILTER_FLAG, parseFilters } from "../../filter_flag.ts";
import { labelField, labelsText } from "../../output/label_fields.ts";
import {
  formatRows,
  parseRowFormat,
  type Row,
  rowFormatFlag,
  type RowLayout,
} from "../../output/row_format.ts";

/** The table of volumes. */
const VOLUME_LAYOUT: RowLayout = {
  headings: {
    Availability: "AVAILABILITY",
    Driver: "DRIVER",
    Group: "GROUP",
    Label: (name: unknown): unknown => name,
    Labels: "LABELS",
    Links: "LINKS",
    Mountpoint: "MOUNTPOINT",
    Name: "VOLUME NAME",
    Scope: "SCOPE",
    Size: "SIZE",
    Status: "STATUS",
  },
  columns: ["Driver", "Name"],
};

/** The command `volume ls`. */
export const volumeLsCommand = defineCommand({
  summary: "List volumes",
  description: `Filters are ${VOLUME_FILTERS.join(", ")}.`,
  positionals: [],
  flags: {
    filter: { ...FILTER_FLAG, short: "f" },
    format: rowFormatFlag("Name", "Driver"),
    quiet: {
      type: "boolean",
      long: "quiet",
      short: "q",
      description: "List names only",
    },
  },
  examples: [{
    line: "volume ls -qf dangling=true",
    purpose: "prints those that no container has",
  }],
}, async ({ options }, context) => {
  const format = parseRowFormat(options.format);
  const filters = parseFilters(VOLUME_FILTERS, options.filter);
  const engine = engineOf(context);
  const { paths, warn } = engine;
  await settle(engine);
  // Asking every container takes longer than listing volumes.
  const users = filters.has("dangling") ? volumeUsers(paths) : new Map();
  const matches = volumeMatcher(filters, (name) => users.has(name));
  const volumes = listVolumes(paths, warn).filter(matches);
  context.stdout.write(
    options.quiet
      ? volumes.map(({ name }) => `${name}\n`).join("")
      : formatRows(
        volumes.map((volume) =>
          volumeRow(volume, volumeDataPath(paths, volume.name))
        ),
        VOLUME_LAYOUT,
        format,
      ),
  );
  return 0;
});

/** A volume with docker's names of fields. */
function volumeRow({ name, labels }: VolumeRecord, mountpoint: string): Row {
  return {
    // What only volumes of clusters have is there, as in docker's.
    Availability: "N/A",
    Driver: "local",
    Group: "N/A",
    Labels: labelsText(labels),
    Links: "N/A",
    Mountpoint: mountpoint,
    Name: name,
    Scope: "local",
    Size: "N/A",
    Status: "N/A",
    Label: labelField(labels),
  };
}
