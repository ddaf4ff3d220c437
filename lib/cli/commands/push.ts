/**
 * `tsdocker push`: brings an image to a registry.
 *
 * @module
 */
import { familiarRepository, parseReference } from "../../oci/reference.ts";
import { pushImage } from "../../engine/images/push.ts";
import { openRegistries } from "../../engine/images/registry_access.ts";
import { defineCommand } from "../command.ts";
import { hideTransfer, showTransfer } from "../output/transfer_progress.ts";
import { registrySetupOf } from "../registry_setup.ts";

/** The command `push`. */
export const pushCommand = defineCommand({
  summary: "Upload an image to a registry",
  description: "The image goes as it is in the store, so its digest is the " +
    "same there. Layers that the registry has are not sent.",
  positionals: [{ name: "IMAGE" }],
  flags: {
    quiet: {
      type: "boolean",
      long: "quiet",
      short: "q",
      description: "Show no progress, and print the image's full name only",
    },
  },
  examples: [{
    line: "push registry.example/team/app:1.2",
    purpose: "after: tsdocker tag app registry.example/team/app:1.2",
  }],
}, async ({ options: { quiet }, positionals: [name = ""] }, context) => {
  const reference = parseReference(name);
  const { registry, repository } = reference;
  const place = `${registry}/${repository}`;
  using access = openRegistries(
    registrySetupOf(context.env),
    new AbortController().signal,
  );
  if (!quiet) {
    context.stderr.write(
      `The push refers to repository [${familiarRepository(reference)}]\n`,
    );
  }
  const { tag, digest, size } = await pushImage(context, access, {
    reference,
    events: quiet ? hideTransfer(context) : showTransfer(context),
  });
  context.stdout.write(
    quiet ? `${place}:${tag}\n` : `${tag}: digest: ${digest} size: ${size}\n`,
  );
  return 0;
});
