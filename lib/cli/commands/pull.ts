/**
 * `tsdocker pull`: brings an image from a registry.
 *
 * @module
 */
import { foreignWarning } from "../../engine/images/foreign_image.ts";
import { parseReference } from "../../oci/reference.ts";
import { defineCommand } from "../command.ts";
import { pullAloud } from "../pull.ts";

/** The command `pull`. */
export const pullCommand = defineCommand({
  summary: "Download an image from a registry",
  description: "What has been downloaded is kept if it fails, and the next " +
    "pull goes on from there. Progress goes to stderr, the image's full name " +
    "to stdout.",
  positionals: [{ name: "IMAGE" }],
  flags: {
    quiet: {
      type: "boolean",
      long: "quiet",
      short: "q",
      description: "Show no progress",
    },
    platform: {
      type: "string",
      long: "platform",
      placeholder: "os/arch",
      description: "Take the image for another platform, such as linux/arm64",
    },
  },
  examples: [
    {
      line: "pull localhost:5000/team/app:1.2",
      purpose: "downloads from a registry on this machine",
    },
    {
      line: "pull --platform linux/arm64 busybox",
      purpose: "takes the image for another kind of processor",
    },
  ],
}, async ({ options, positionals: [name = ""] }, context) => {
  const reference = parseReference(name);
  const pulled = await pullAloud(context, reference, options);
  if (options.platform === undefined) {
    const warning = foreignWarning(pulled.platform);
    if (warning !== undefined) context.log.warn(warning);
  }
  context.stdout.write(`${pulled.name}\n`);
  return 0;
});
