/**
 * `tsdocker save`: images as an archive.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { sourceDateEpochMs } from "../../base/source_date_epoch.ts";
import { assertRoot } from "../../engine/containers/reconcile.ts";
import { holdLayers } from "../../engine/images/hold_layers.ts";
import { gatherMembers } from "../../engine/images/save.ts";
import { selectImages } from "../../engine/images/save_selection.ts";
import { parsePlatform } from "../../oci/platform.ts";
import { MemberSource } from "../../storage/archive/member_source.ts";
import { writeMembers } from "../../storage/archive/write_members.ts";
import { writeArchive } from "../../storage/tar/writer.ts";
import { defineCommand } from "../command.ts";
import {
  assertNoTerminal,
  OUTPUT_FLAG,
  writeArchiveOutput,
} from "../output/archive.ts";

const MS_PER_SECOND = 1000;

/** The command `save`. */
export const saveCommand = defineCommand({
  summary: "Write images to an archive",
  description:
    "Without --output it goes to stdout. A docker-archive is read by docker, " +
    "podman and skopeo, and is an OCI archive as well. A name without a tag " +
    "means all tags of it. The same images always give the same bytes; files " +
    "in the archive are of 1970, or of SOURCE_DATE_EPOCH.",
  positionals: [{ name: "IMAGE", repeats: true }],
  flags: {
    output: OUTPUT_FLAG,
    format: {
      type: "string",
      long: "format",
      choices: ["docker-archive", "oci-archive", "oci-dir"],
      default: "docker-archive",
      description: "What to write; oci-dir makes a directory",
    },
    platform: {
      type: "string",
      long: "platform",
      placeholder: "os/arch",
      description: "Fail if an image is for something else",
    },
  },
  examples: [
    {
      line: "save -o web.tar web",
      purpose: "load it elsewhere: load -i web.tar",
    },
    { line: "save web db | zstd > both.tar.zst", purpose: "several at once" },
  ],
}, async ({ options, positionals }, context) => {
  assertRoot();
  const { output, format } = options;
  if (output === undefined && format === "oci-dir") {
    throw new UsageError("a directory cannot be written to stdout", {
      advice: "name one: --output DIR",
    });
  }
  assertNoTerminal(output, context);
  const epochMs = sourceDateEpochMs(context.env) ?? 0;
  const { paths } = context;
  using _held = holdLayers(paths);
  using saved = await gatherMembers(
    paths,
    await selectImages(paths, positionals),
    {
      format,
      ...(options.platform === undefined
        ? {}
        : { platform: parsePlatform(options.platform) }),
    },
  );
  const seconds = Math.floor(epochMs / MS_PER_SECOND);
  using source = new MemberSource(saved.members, seconds);
  const write = (fd: number): Promise<void> =>
    Promise.resolve(void writeArchive(source, fd));
  const cwd = context.cwd();
  if (output !== undefined && format === "oci-dir") {
    writeMembers(source, output.startsWith("/") ? output : `${cwd}/${output}`);
  } else {
    await writeArchiveOutput(output, cwd, write);
  }
  return 0;
});
