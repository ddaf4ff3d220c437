/**
 * `tsdocker image tree`: the layers of an image.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { findNamedImage } from "../../../engine/images/find_named_image.ts";
import { imageTree } from "../../../engine/images/tree.ts";
import { defineCommand } from "../../command.ts";
import { formatImageTree } from "../../output/image_tree.ts";
import { NO_TRUNC_FLAG } from "../../output/row_flags.ts";

/** The command `image tree`. */
export const imageTreeCommand = defineCommand({
  summary: "Show the layers of an image, and who shares them",
  description: "The lowest first.",
  positionals: [{ name: "IMAGE" }],
  flags: {
    noTrunc: NO_TRUNC_FLAG,
  },
}, async ({ options, positionals: [reference = ""] }, context) => {
  const { paths, stdout, log } = context;
  await settle({ paths, warn: log.warn });
  const named = await findNamedImage(paths, reference);
  const ids = options.noTrunc ? "full" : "short";
  stdout.write(formatImageTree(named, imageTree(paths, named), ids));
  return 0;
});
