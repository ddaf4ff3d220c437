/**
 * `tsdocker load`: images from an archive.
 *
 * @module
 */
import { IntegrityError, UsageError } from "../../base/errors.ts";
import { explainingHost } from "../../engine/images/explain_host.ts";
import { assertRoot } from "../../engine/containers/reconcile.ts";
import { type LoadedImage, loadImages } from "../../engine/images/load.ts";
import { parsePlatform } from "../../oci/platform.ts";
import { familiarName, parseReference } from "../../oci/reference.ts";
import { openImageFiles } from "../../storage/archive/open_image_files.ts";
import { endTidily } from "../../storage/tidy_end.ts";
import { defineCommand } from "../command.ts";
import { readFilesOrigin } from "../files_origin.ts";

/** The command `load`. */
export const loadCommand = defineCommand({
  summary: "Load images from an archive",
  description:
    "Reads what save writes here and elsewhere: archives of docker, new and " +
    "old, OCI archives, and directories with an OCI layout; plain or packed " +
    "by gzip, zstd or xz. What is in a file decides, not its name.",
  positionals: [],
  flags: {
    input: {
      type: "string",
      long: "input",
      short: "i",
      placeholder: "file",
      description: "Read a file, a directory or a URL instead of stdin",
    },
    platform: {
      type: "string",
      long: "platform",
      placeholder: "os/arch",
      description: "Which image to take if there are several of one name",
    },
    quiet: {
      type: "boolean",
      long: "quiet",
      short: "q",
      description: "Taken for docker's sake: load shows no progress",
    },
  },
  examples: [
    { line: "load -i images.tar", purpose: "load all images in it" },
    { line: "load < images.tar.zst", purpose: "from stdin" },
  ],
}, async ({ options }, context) => {
  assertRoot();
  using _tidy = endTidily();
  const platform = options.platform === undefined
    ? undefined
    : parsePlatform(options.platform);
  const source = options.input ?? "-";
  const origin = readFilesOrigin(source, context, terminalRefused);
  const images = await explainingHost(`Cannot load "${source}"`, async () => {
    using files = await openImageFiles(context.paths, origin);
    return await loadImages(context.paths, files, platform);
  });
  if (images === undefined) {
    throw new IntegrityError(
      `Cannot load "${source}": it holds no images`,
      {
        advice: origin.kind === "stdin"
          ? "if these are the files of one, import it"
          : `if these are the files of one: tsdocker import ${options.input}`,
      },
    );
  }
  for (const image of images) context.stdout.write(describe(image));
  return 0;
});

function terminalRefused(): UsageError {
  return new UsageError("requested load from stdin, but stdin is empty", {
    advice: "tsdocker load -i FILE, or redirect stdin",
  });
}

function describe({ image, references }: LoadedImage): string {
  if (references.length === 0) {
    return `Loaded image ID: ${image.config.digest}\n`;
  }
  return references.map((reference) =>
    `Loaded image: ${familiarName(parseReference(reference))}\n`
  ).join("");
}
