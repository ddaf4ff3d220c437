/**
 * `tsdocker import`: an image of files.
 *
 * @module
 */
import { sourceDateEpochMs } from "../../base/source_date_epoch.ts";
import { hostPlatform, parsePlatform } from "../../oci/platform.ts";
import { type ImageReference, parseReference } from "../../oci/reference.ts";
import { UsageError } from "../../base/errors.ts";
import { explainingHost } from "../../engine/images/explain_host.ts";
import { assertRoot } from "../../engine/containers/reconcile.ts";
import { importImage } from "../../engine/images/import.ts";
import { endTidily } from "../../storage/tidy_end.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { readFilesOrigin } from "../files_origin.ts";

/** The command `import`. */
export const importCommand = defineCommand({
  summary: "Make an image of a tar archive or a directory",
  description:
    "The archive may be plain or packed by gzip, zstd or xz; it is found " +
    "in a file, behind a URL, or with - on stdin. Prints the image's id.\n\n" +
    "With SOURCE_DATE_EPOCH in the environment, the same files give the " +
    "same id wherever and whenever they are imported.",
  positionals: [
    { name: "FILE|DIRECTORY|URL|-" },
    { name: "REPOSITORY[:TAG]", optional: true },
  ],
  flags: {
    change: {
      type: "list",
      long: "change",
      short: "c",
      placeholder: "instruction",
      description: "How it is run, as in a Dockerfile: 'CMD [\"sh\"]'",
    },
    message: {
      type: "string",
      long: "message",
      short: "m",
      placeholder: "text",
      description: "What the image's history says",
    },
    platform: {
      type: "string",
      long: "platform",
      placeholder: "os/arch",
      description: "What it runs on, if not on this machine's platform",
    },
  },
  examples: [
    { line: "import rootfs.tar.gz base", purpose: "name it base:latest" },
    { line: "import - < rootfs.tar", purpose: "from stdin, without a name" },
  ],
}, async ({ options, positionals: [source = "", name] }, context) => {
  assertRoot();
  using _tidy = endTidily();
  const engine = engineOf(context);
  const epochMs = sourceDateEpochMs(context.env);
  const reference = name === undefined ? undefined : parseName(name);
  const id = await explainingHost(
    `Cannot import "${source}"`,
    () =>
      importImage(engine, {
        origin: readFilesOrigin(source, context, terminalRefused),
        platform: options.platform === undefined
          ? hostPlatform()
          : parsePlatform(options.platform),
        message: options.message ?? "",
        changes: options.change,
        ...(reference === undefined ? {} : { reference }),
        ...(epochMs === undefined ? {} : { epochMs }),
      }),
  );
  context.stdout.write(`${id}\n`);
  return 0;
});

function parseName(text: string): ImageReference {
  const reference = parseReference(text);
  if (reference.digest === undefined) return reference;
  throw new UsageError(`cannot name an image "${text}": a digest is no name`);
}

function terminalRefused(): UsageError {
  return new UsageError("cannot import from a terminal", {
    advice: "tsdocker import - < rootfs.tar",
  });
}
