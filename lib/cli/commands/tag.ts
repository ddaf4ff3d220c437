/**
 * `tsdocker tag`: gives an image a further name.
 *
 * @module
 */
import { settle } from "../../engine/containers/reconcile.ts";
import { tagImage } from "../../engine/images/tag_image.ts";
import { defineCommand } from "../command.ts";

/** The command `tag`. */
export const tagCommand = defineCommand({
  summary: "Give an image a further name",
  description: "An image that has the name already loses it.",
  positionals: [{ name: "IMAGE" }, { name: "NAME" }],
  flags: {},
}, async ({ positionals: [image = "", name = ""] }, { paths, log }) => {
  await settle({ paths, warn: log.warn });
  await tagImage(paths, image, name);
  return 0;
});
