/**
 * Images as `docker save` writes them: `manifest.json` names the config, the
 * layers and the names of each. Where the archive is an OCI layout as well,
 * the manifests of that are kept.
 *
 * @module
 * @see moby/image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format"
 */
import { digestOf, isDigest } from "../../base/digest.ts";
import { JsonValue } from "../../base/json_value.ts";
import type { Platform } from "../../oci/image_spec.ts";
import { type ArchivedImage, findLayerFile } from "./archived_image.ts";
import { type ImageFiles, readDocument, requireFile } from "./image_files.ts";
import { INDEX_NAMES } from "./image_name.ts";

/** Names of configs that are digests. */
const DIGEST_NAME = /^(?:blobs\/sha256\/|sha256:)?([0-9a-f]{64})(?:\.json)?$/;

/**
 * Reads the images of an archive.
 *
 * @param platform Which images of its OCI layout are looked at.
 * @throws {IntegrityError} If files are missing or are not what they should be.
 * @throws {SpecError} If `manifest.json` is malformed.
 */
export async function readDockerArchive(
  files: ImageFiles,
  platform: Platform | undefined,
): Promise<ArchivedImage[]> {
  const name = INDEX_NAMES.docker;
  const bytes = await readDocument(files, name, requireFile(files, name));
  const list = JsonValue.parse(
    new TextDecoder().decode(bytes),
    `Cannot load "${files.label}": ${name}`,
  );
  const images: ArchivedImage[] = [];
  for (const item of list.elements()) images.push(await readItem(files, item));
  const manifests = await manifestsByConfig(files, platform);
  return await Promise.all(images.map(async (image) => {
    const twin = manifests.get(await digestOf(image.config));
    return twin === undefined
      ? image
      : { ...twin, names: [...image.names, ...twin.names] };
  }));
}

async function readItem(
  files: ImageFiles,
  item: JsonValue,
): Promise<ArchivedImage> {
  const configName = item.member("Config").text();
  const [, hex] = DIGEST_NAME.exec(configName) ?? [];
  const digest = `sha256:${hex}`;
  return {
    names: item.member("RepoTags").elements().map((tag) => tag.text()),
    config: await readDocument(
      files,
      configName,
      requireFile(files, configName),
      isDigest(digest) ? digest : undefined,
    ),
    layers: item.member("Layers").elements()
      .map((layer) => findLayerFile(files, layer.text())),
  };
}

/** Images of the OCI layout that the archive is, too, if it is. */
async function manifestsByConfig(
  files: ImageFiles,
  platform: Platform | undefined,
): Promise<Map<string, ArchivedImage>> {
  if (files.find(INDEX_NAMES.oci) === undefined) return new Map();
  const { readOciLayout } = await import("./oci_layout.ts");
  const images = await readOciLayout(files, platform);
  return new Map(
    await Promise.all(
      images.map(async (image) =>
        [await digestOf(image.config), image] as const
      ),
    ),
  );
}
