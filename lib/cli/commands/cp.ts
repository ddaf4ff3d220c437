/**
 * `tsdocker cp`: files out of containers and into them.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { formatByteSize } from "../../base/byte_size.ts";
import {
  archiveFromContainer,
  type ContainerPath,
  copyFromContainer,
  type CopyOptions,
  copyToContainer,
  type ExtractOptions,
} from "../../engine/containers/copy.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { engineOf } from "../engine.ts";
import { writeArchiveToStdout } from "../output/archive.ts";

/** Stdin or stdout, as an archive. */
const STREAM = "-";
const STDIN = 0;

/** The command `cp`. */
export const cpCommand = defineCommand({
  summary: "Copy files between a container and the host",
  description:
    "Either SOURCE or DESTINATION is CONTAINER:PATH; the container may be " +
    "running or not. A directory is copied into a DESTINATION that exists, " +
    "DIR/. means what is in it. Files keep the numbers of their owners on " +
    "the way in; on the way out they become yours, without set-user-id " +
    "bits and devices.\n\n" +
    "- as SOURCE is a tar archive on stdin, unpacked in DESTINATION; - as " +
    "DESTINATION writes one to stdout.",
  positionals: [{ name: "SOURCE" }, { name: "DESTINATION" }],
  flags: {
    archive: {
      type: "boolean",
      long: "archive",
      short: "a",
      description: "Keep owners, set-user-id bits and devices on the way out",
    },
    followLink: {
      type: "boolean",
      long: "follow-link",
      short: "L",
      description: "Copy what the link SOURCE leads to",
    },
    quiet: {
      type: "boolean",
      long: "quiet",
      short: "q",
      description: "Do not tell how much has been copied",
    },
  },
  examples: [
    { line: "cp web:/etc/passwd .", purpose: "copy a file out" },
    {
      line: "cp site/. web:/srv/www",
      purpose: "copy a directory's contents in",
    },
    { line: "cp web:/var/log - | tar t", purpose: "list what is there" },
  ],
}, async ({ options, positionals }, context) => {
  const [source = "", destination = ""] = positionals;
  const copy = chooseCopy(source, destination);
  await settle({ paths: context.paths, warn: context.log.warn });
  const bytes = await copy(context, {
    links: options.followLink ? "follow" : "copy",
    attributes: options.archive ? "all" : "harmless",
  });
  const isTold = !options.quiet && context.stdoutIsTerminal();
  if (isTold && destination !== STREAM) {
    const size = formatByteSize(bytes);
    context.stderr.write(`Successfully copied ${size} to ${destination}\n`);
  }
  return 0;
});

type Copy = (
  context: CommandContext,
  options: CopyOptions & ExtractOptions,
) => Promise<number>;

function chooseCopy(source: string, destination: string): Copy {
  if (source === "") throw new UsageError("source can not be empty");
  if (destination === "") throw new UsageError("destination can not be empty");
  const from = parseContainerPath(source);
  const to = parseContainerPath(destination);
  if (from !== undefined && to !== undefined) {
    throw new UsageError("copying between containers is not supported", {
      advice: `tsdocker cp ${source} - | tsdocker cp - ${destination}`,
    });
  }
  if (from !== undefined) {
    return destination === STREAM
      ? (context, options) => archiveOut(context, from, options)
      : (context, options) =>
        copyFromContainer(engineOf(context), from, destination, options);
  }
  if (to !== undefined) {
    return source === STREAM
      ? (context) => archiveIn(context, to)
      : (context, options) =>
        copyToContainer(engineOf(context), source, to, options);
  }
  throw new UsageError("must specify at least one container source", {
    advice: `tsdocker cp CONTAINER:${source} ${destination}`,
  });
}

/**
 * Reads `CONTAINER:PATH`.
 *
 * @returns `undefined` for a path of the host, which begins with a slash or a
 * dot if there is a colon in it.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const path = { reference: "web", path: "/etc" };
 * assert.deepEqual(parseContainerPath("web:/etc"), path);
 * assert.equal(parseContainerPath("./a:b"), undefined);
 * ```
 */
export function parseContainerPath(text: string): ContainerPath | undefined {
  const colon = text.indexOf(":");
  if (colon < 1 || /^[./]/.test(text)) return undefined;
  return { reference: text.slice(0, colon), path: text.slice(colon + 1) };
}

async function archiveOut(
  context: CommandContext,
  from: ContainerPath,
  options: CopyOptions,
): Promise<number> {
  let bytes = 0;
  await writeArchiveToStdout(async (fd) => {
    const { links } = options;
    bytes = await archiveFromContainer(engineOf(context), from, { fd, links });
  });
  return bytes;
}

async function archiveIn(
  context: CommandContext,
  to: ContainerPath,
): Promise<number> {
  const { unpackStream } = await import("../../engine/containers/unpack.ts");
  return await unpackStream(engineOf(context), STDIN, to);
}
