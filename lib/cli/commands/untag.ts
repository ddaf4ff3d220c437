/**
 * `tsdocker untag`: takes names away from an image.
 *
 * @module
 */
import { settle } from "../../engine/containers/reconcile.ts";
import { untagImage } from "../../engine/images/tag_image.ts";
import { defineCommand } from "../command.ts";

/** The command `untag`. */
export const untagCommand = defineCommand({
  summary: "Take names away from an image",
  description: "Without NAME, all that it has. The image itself stays.",
  positionals: [
    { name: "IMAGE" },
    { name: "NAME", optional: true, repeats: true },
  ],
  flags: {},
}, async ({ positionals: [image = "", ...names] }, { paths, log }) => {
  await settle({ paths, warn: log.warn });
  await untagImage(paths, image, names);
  return 0;
});
