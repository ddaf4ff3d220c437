/**
 * `tsdocker image exists`: whether there is an image, for scripts.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { findStoredImage } from "../../../engine/images/resolve_image.ts";
import { defineCommand } from "../../command.ts";
import { EXIT_STATUS } from "../../errors.ts";

/** The command `image exists`. */
export const imageExistsCommand = defineCommand({
  summary: "Tell by the exit status whether there is an image",
  description: "0 if there is, 1 if there is none, 125 if that cannot be told.",
  positionals: [{ name: "IMAGE" }],
  flags: {},
  failureStatus: EXIT_STATUS.engineFailure,
}, async ({ positionals: [reference = ""] }, { paths, log }) => {
  await settle({ paths, warn: log.warn });
  const image = await findStoredImage(paths, reference);
  return image === undefined ? EXIT_STATUS.failure : EXIT_STATUS.success;
});
