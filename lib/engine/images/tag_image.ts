/**
 * Gives images names, and takes them away.
 *
 * @module
 */
import { NotFoundError, UsageError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { familiarName, fullName, parseReference } from "../../oci/reference.ts";
import { setReference } from "../../storage/image_store.ts";
import { explainingHost } from "./explain_host.ts";
import { findNamedImage } from "./find_named_image.ts";
import { holdLayers } from "./hold_layers.ts";
import { recordImageEvent } from "./image_event.ts";
import { removeName } from "./remove_image.ts";
import { resolveImage } from "./resolve_image.ts";

/**
 * Gives an image a further name, which an image that has it loses.
 *
 * @param reference As `resolveImage` takes it.
 * @param name As people write it; without a tag it is `latest`.
 * @throws {UsageError} If the name is none, or one with a digest.
 * @throws {NotFoundError} If there is no such image.
 */
export async function tagImage(
  paths: HostPaths,
  reference: string,
  name: string,
): Promise<void> {
  const parsed = parseReference(name);
  if (parsed.digest !== undefined) {
    throw new UsageError("refusing to create a tag with a digest reference");
  }
  // Nobody may remove the image between the two.
  using _held = holdLayers(paths);
  const { manifest, config } = await resolveImage(paths, reference);
  await explainingHost(
    `Cannot tag image "${reference}"`,
    () => setReference(paths, fullName(parsed), manifest.digest),
  );
  recordImageEvent(paths, {
    action: "tag",
    id: config.digest,
    name: fullName(parsed),
  });
}

/**
 * Takes names away from an image, which stays even if it has none then.
 *
 * @param reference As `resolveImage` takes it.
 * @param names Those to take away; none for all it has.
 * @throws {NotFoundError} If there is no such image, or one is not a name of
 * it; then all stay.
 */
export async function untagImage(
  paths: HostPaths,
  reference: string,
  names: readonly string[],
): Promise<void> {
  using _held = holdLayers(paths);
  const image = await findNamedImage(paths, reference);
  const wanted = names.map((name) => fullName(parseReference(name)));
  for (const name of wanted) {
    if (image.names.includes(name)) continue;
    throw new NotFoundError(
      `The image "${reference}" has no name "${
        familiarName(parseReference(name))
      }"`,
    );
  }
  for (const name of wanted.length === 0 ? image.names : wanted) {
    await removeName(paths, image, name);
  }
}
