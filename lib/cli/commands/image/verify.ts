/**
 * `tsdocker image verify`: whether images are what their digests say.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { findNamedImage } from "../../../engine/images/find_named_image.ts";
import { holdLayers } from "../../../engine/images/hold_layers.ts";
import { listNamedImages } from "../../../engine/images/named_images.ts";
import { ImageVerifier } from "../../../engine/images/verify.ts";
import { defineCommand } from "../../command.ts";
import { EXIT_STATUS } from "../../errors.ts";
import { namesAsCells, NONE, shortDigest } from "../../output/image_cells.ts";
import { printable } from "../../output/printable.ts";

/** The command `image verify`. */
export const imageVerifyCommand = defineCommand({
  summary: "Verify every digest and every file of images",
  description: "Content is read and its digests are taken anew; unpacked " +
    "layers are compared with it file by file, which needs room for the " +
    "largest of them once more. Without IMAGE, all images are verified. 0 if " +
    "all is well, else 1.",
  positionals: [{ name: "IMAGE", optional: true, repeats: true }],
  flags: {},
}, async ({ positionals }, { paths, stdout, report, log }) => {
  await settle({ paths, warn: log.warn });
  // Nobody may remove what is being read.
  using _held = holdLayers(paths);
  const verifier = new ImageVerifier(paths);
  let status: number = EXIT_STATUS.success;
  const all = positionals.length > 0 ? [] : listNamedImages(paths);
  for (const target of [...positionals, ...all]) {
    try {
      const named = typeof target === "string"
        ? await findNamedImage(paths, target)
        : target;
      const problems = await verifier.verify(named.image);
      const [name] = namesAsCells(named);
      const shown = name === undefined || name.repository === NONE
        ? shortDigest(named.image.config.digest)
        : `${name.repository}:${name.tag}`;
      const lines = problems.length === 0 ? ["ok"] : problems;
      for (const line of lines) stdout.write(`${shown}: ${printable(line)}\n`);
      if (problems.length > 0) status = EXIT_STATUS.failure;
    } catch (error) {
      report(error);
      status = EXIT_STATUS.failure;
    }
  }
  return status;
});
