/**
 * `tsdocker commit`: an image of a container.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { sourceDateEpochMs } from "../../base/source_date_epoch.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { commitContainer } from "../../engine/images/commit.ts";
import { explainingHost } from "../../engine/images/explain_host.ts";
import { type ImageReference, parseReference } from "../../oci/reference.ts";
import { endTidily } from "../../storage/tidy_end.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";

const MS_PER_SECOND = 1000;

/** The command `commit`. */
export const commitCommand = defineCommand({
  summary: "Make an image of a container",
  description:
    "The image has the layers of the container's own image, one more with " +
    "what the container has changed, and is run as the container was, but " +
    "for each --change. Volumes are left out. A running container is paused " +
    "meanwhile. IMAGE, its name, is REPOSITORY[:TAG]. Prints its id.\n\n" +
    "With --timestamp, or SOURCE_DATE_EPOCH in the environment, the same " +
    "changes give the same id wherever and whenever they are committed.",
  positionals: [
    { name: "CONTAINER" },
    { name: "IMAGE", optional: true },
  ],
  flags: {
    author: {
      type: "string",
      long: "author",
      short: "a",
      placeholder: "name",
      description: "Who has made it",
    },
    change: {
      type: "list",
      long: "change",
      short: "c",
      placeholder: "instruction",
      description: "Change how it is run by an instruction of a Dockerfile: " +
        "CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, SHELL, " +
        "STOPSIGNAL, USER, VOLUME or WORKDIR",
    },
    iidfile: {
      type: "string",
      long: "iidfile",
      placeholder: "file",
      description: "Write the image's id to a file",
    },
    message: {
      type: "string",
      long: "message",
      short: "m",
      placeholder: "text",
      description: "What the image's history says",
    },
    pause: {
      type: "string",
      long: "pause",
      short: "p",
      choices: ["true", "false"],
      default: "true",
      implied: "true",
      description: "Pause a running container while its files are read",
    },
    quiet: {
      type: "boolean",
      long: "quiet",
      short: "q",
      description: "Print nothing but the id, as is done anyway",
    },
    timestamp: {
      type: "number",
      long: "timestamp",
      placeholder: "seconds",
      description: "When it was made, and the latest time of its new files, " +
        "in seconds since 1970",
    },
  },
  examples: [
    {
      line: `commit -c 'CMD ["nginx"]' web site:1`,
      purpose: "name it site:1, to run nginx",
    },
    { line: "commit --pause=false db", purpose: "do not stop it for that" },
  ],
}, async ({ options, positionals: [container = "", name] }, context) => {
  const { author, message, timestamp } = options;
  const reference = name === undefined ? undefined : parseName(name);
  const epochMs = timestamp === undefined
    ? sourceDateEpochMs(context.env)
    : parseTimestamp(timestamp);
  using _tidy = endTidily();
  const engine = engineOf(context);
  await settle(engine);
  const id = await explainingHost(
    `Cannot commit container ${container}`,
    () =>
      commitContainer(engine, container, {
        changes: options.change,
        reading: options.pause === "true" ? "paused" : "running",
        ...(reference && { reference }),
        ...(author && { author }),
        ...(message && { message }),
        ...(epochMs !== undefined && { epochMs }),
      }),
  );
  if (options.iidfile !== undefined) {
    const path = options.iidfile;
    await Deno.writeTextFile(
      path.startsWith("/") ? path : `${context.cwd()}/${path}`,
      id,
    );
  }
  context.stdout.write(`${id}\n`);
  return 0;
});

function parseName(text: string): ImageReference {
  const reference = parseReference(text);
  if (reference.digest === undefined) return reference;
  throw new UsageError(
    `refusing to create a tag with a digest reference: "${text}"`,
  );
}

function parseTimestamp(seconds: number): number {
  const ms = seconds * MS_PER_SECOND;
  if (seconds >= 0 && !Number.isNaN(new Date(ms).getTime())) return ms;
  throw new UsageError(`invalid timestamp ${seconds}: seconds since 1970`);
}
