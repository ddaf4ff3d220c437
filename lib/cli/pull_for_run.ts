/**
 * Pulling the image of a new container.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import type { ImageRequest } from "../engine/images/obtain_image.ts";
import { tryFindImage } from "../engine/images/open_image.ts";
import { hasNewer } from "../engine/images/pull.ts";
import { openRegistries } from "../engine/images/registry_access.ts";
import {
  familiarName,
  type ImageReference,
  parseReference,
} from "../oci/reference.ts";
import type { Platform } from "../oci/image_spec.ts";
import { parsePlatform, runsOn } from "../oci/platform.ts";
import { readImageDocument } from "../storage/image_store.ts";
import { hideTransfer } from "./output/transfer_progress.ts";
import { pullAloud, type PullContext } from "./pull.ts";
import { registrySetupOf } from "./registry_setup.ts";

/**
 * Pulls the image of a new container unless it need not be. All that is said
 * goes to stderr: stdout belongs to the container.
 *
 * @throws {NotFoundError} If no registry has it.
 * @throws {RegistryError} If it cannot be had.
 */
export async function pullForRun(
  context: PullContext,
  engine: Engine,
  { image, pull, quiet, platform }: ImageRequest,
): Promise<void> {
  const reference = parseReference(image);
  const wanted = platform === undefined ? undefined : parsePlatform(platform);
  const isThere = await isUsable(engine, image, wanted);
  if (isThere && pull === "missing") return;
  if (isThere && pull === "newer") {
    if (!await isOutdated(context, reference, wanted)) return;
  }
  if (!isThere && !quiet) {
    const name = familiarName(reference);
    context.stderr.write(`Unable to find image '${name}' locally\n`);
  }
  await pullAloud(context, reference, { quiet, platform });
}

/** Files of the host are for whom they are for. */
async function isUsable(
  engine: Engine,
  name: string,
  wanted: Platform | undefined,
): Promise<boolean> {
  const found = await tryFindImage(engine, name);
  if (found?.kind !== "stored" || wanted === undefined) {
    return found !== undefined;
  }
  return runsOn(readImageDocument(engine.paths, found.image), wanted);
}

/** Who has an image can do without a registry that does not answer. */
async function isOutdated(
  context: PullContext,
  reference: ImageReference,
  platform: Platform | undefined,
): Promise<boolean> {
  try {
    using access = openRegistries(
      registrySetupOf(context.env),
      new AbortController().signal,
    );
    return await hasNewer(context, access, {
      reference,
      ...(platform === undefined ? {} : { platform }),
      events: hideTransfer(context),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.log.warn(`The image may be outdated: ${reason}`);
    return false;
  }
}
