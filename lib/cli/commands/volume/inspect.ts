/**
 * `tsdocker volume inspect`: everything there is to tell of volumes.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { inspectVolume } from "../../../engine/volumes/inspect_volume.ts";
import { defineCommand } from "../../command.ts";
import {
  INSPECT_HELP,
  inspectFormatFlag,
  inspectTargets,
} from "../../inspect_targets.ts";

/** The command `volume inspect`. */
export const volumeInspectCommand = defineCommand({
  summary: "Print everything about volumes",
  description: INSPECT_HELP,
  positionals: [{ name: "VOLUME", repeats: true }],
  flags: { format: inspectFormatFlag("{{.Mountpoint}}") },
}, async ({ options: { format = "" }, positionals }, context) => {
  const { paths, log } = context;
  await settle({ paths, warn: log.warn });
  return await inspectTargets(positionals, context, {
    format,
    inspect: (name) => inspectVolume(paths, name),
  });
});
