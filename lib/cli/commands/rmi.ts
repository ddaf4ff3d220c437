/**
 * `tsdocker rmi`: removes images and names of images.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { removeImages } from "../../engine/images/remove_image.ts";
import { endTidily } from "../../storage/tidy_end.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { EXIT_STATUS } from "../errors.ts";

/** The command `rmi`. */
export const rmiCommand = defineCommand({
  summary: "Remove images",
  description:
    "An image is given by name or by id. Of one with several names " +
    "that is given by one of them, only that name is removed. What other " +
    "images and containers need of it stays. All are tried, even if one fails.",
  positionals: [{ name: "IMAGE", repeats: true }],
  flags: {
    force: {
      type: "boolean",
      long: "force",
      short: "f",
      description:
        "Remove images of several names and of stopped containers; " +
        "forgive missing ones",
    },
    noPrune: {
      type: "boolean",
      long: "no-prune",
      description: "Leave content that nothing needs any more to image prune",
    },
  },
}, async ({ options, positionals }, context) => {
  using _tidy = endTidily();
  const engine = engineOf(context);
  await settle(engine);
  let status: number = EXIT_STATUS.success;
  await removeImages(engine, positionals, {
    force: options.force,
    content: options.noPrune ? "keep" : "remove",
    onRemoved: (lines) =>
      context.stdout.write(lines.map((line) => `${line}\n`).join("")),
    onFailed: (error) => {
      context.report(error);
      const isForgiven = options.force && error instanceof NotFoundError;
      if (!isForgiven) status = EXIT_STATUS.failure;
    },
  });
  return status;
});
