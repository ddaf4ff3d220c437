/**
 * `tsdocker inspect`: everything there is to tell of things.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { inspectContainer } from "../../engine/containers/inspect.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import {
  INSPECT_HELP,
  inspectFormatFlag,
  inspectTargets,
} from "../inspect_targets.ts";

/** What can be inspected, in docker's order. */
const TYPES = ["container", "image", "network", "volume"] as const;
type Type = typeof TYPES[number];

/** The command `inspect`. */
export const inspectCommand = defineCommand({
  summary: "Print everything about containers, images, networks and volumes",
  description: INSPECT_HELP,
  positionals: [{ name: "NAME", repeats: true }],
  flags: {
    format: inspectFormatFlag("{{.State.Pid}}"),
    size: {
      type: "boolean",
      long: "size",
      short: "s",
      description: "Measure what containers have written",
    },
    type: {
      type: "string",
      long: "type",
      placeholder: "type",
      choices: TYPES,
      description: `Look for these things only: ${TYPES.join(", ")}`,
    },
  },
  examples: [
    {
      line: "inspect -f '{{.State.Status}} {{.State.ExitCode}}' web",
      purpose: "prints what web is doing, and how it ended",
    },
    {
      line: "inspect -f '{{json .Config.Labels}}' web",
      purpose: "prints a part as JSON",
    },
  ],
}, async ({ options, positionals }, context) => {
  const { type, format = "" } = options;
  await settle({ paths: context.paths, warn: context.log.warn });
  const { paths } = context;
  const sizes = options.size ? "measured" : "left out";
  return await inspectTargets(positionals, context, {
    format,
    inspect: (reference) =>
      type === undefined
        ? inspectAny(paths, reference, sizes)
        : INSPECTORS[type](paths, reference, sizes),
  });
});

type Sizes = "measured" | "left out";

type Inspector = (
  paths: HostPaths,
  reference: string,
  sizes: Sizes,
) => Promise<unknown>;

const INSPECTORS: Readonly<Record<Type, Inspector>> = {
  container: async (paths, reference, sizes) =>
    await Promise.resolve(inspectContainer(paths, reference, { sizes })),
  async image(paths, reference): Promise<unknown> {
    const { findNamedImage } = await import(
      "../../engine/images/find_named_image.ts"
    );
    const { inspectImage } = await import("../../engine/inspection/image.ts");
    return inspectImage(paths, await findNamedImage(paths, reference));
  },
  async network(paths, reference): Promise<unknown> {
    const { inspectNetwork } = await import(
      "../../engine/networks/inspect_network.ts"
    );
    return inspectNetwork(paths, reference);
  },
  async volume(paths, reference): Promise<unknown> {
    const { inspectVolume } = await import(
      "../../engine/volumes/inspect_volume.ts"
    );
    return inspectVolume(paths, reference);
  },
};

/** Inspects the first thing that is called so. */
async function inspectAny(
  paths: HostPaths,
  reference: string,
  sizes: Sizes,
): Promise<unknown> {
  for (const type of TYPES) {
    try {
      return await INSPECTORS[type](paths, reference, sizes);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
  // Which kind of thing it was to be, nobody has said.
  throw new NotFoundError(`No such object: ${reference}`, {
    advice: "tsdocker ps -a",
  });
}
