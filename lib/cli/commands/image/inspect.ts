/**
 * `tsdocker image inspect`: everything there is to tell of images.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { findNamedImage } from "../../../engine/images/find_named_image.ts";
import { inspectImage } from "../../../engine/inspection/image.ts";
import { defineCommand } from "../../command.ts";
import {
  INSPECT_HELP,
  inspectFormatFlag,
  inspectTargets,
} from "../../inspect_targets.ts";

/** The command `image inspect`. */
export const imageInspectCommand = defineCommand({
  summary: "Print everything about images",
  description: INSPECT_HELP,
  positionals: [{ name: "IMAGE", repeats: true }],
  flags: { format: inspectFormatFlag("{{.Config.Cmd}}") },
}, async ({ options: { format = "" }, positionals }, context) => {
  const { paths, log } = context;
  await settle({ paths, warn: log.warn });
  return await inspectTargets(positionals, context, {
    format,
    inspect: async (reference) =>
      inspectImage(paths, await findNamedImage(paths, reference)),
  });
});
