/**
 * Images as docker saved them before 1.10: a directory for each layer with its
 * files and what it says of itself, and `repositories`, which names the upper
 * layer of each image.
 *
 * @module
 * @see moby/image/spec/v1.md, "Image JSON Schema"
 */
import type { Digest } from "../../base/digest.ts";
import { IntegrityError } from "../../base/errors.ts";
import { JsonValue } from "../../base/json_value.ts";
import type { HistoryEntry } from "../../oci/image_spec.ts";
import { openArchivePart } from "../archive_file.ts";
import { Memory } from "../../../ffi/memory.ts";
import {
  type ArchivedImage,
  type ArchivedLayer,
  findLayerFile,
} from "./archived_image.ts";
import { type ImageFiles, readDocument, requireFile } from "./image_files.ts";
import { INDEX_NAMES } from "./image_name.ts";

const LAYER_ID = /^[0-9a-f]{64}$/;
const MAX_LAYERS = 127;
const BUFFER_BYTES = 1024 * 1024;

/** What a layer's description has that an image's config has not. */
const OF_LAYER = [
  "id",
  "parent",
  "Size",
  "parent_id",
  "layer_id",
  "throwaway",
];

/** A layer with its description. */
interface OldLayer extends ArchivedLayer {
  readonly description: JsonValue;
}

/**
 * Reads the images of an archive. Their configs are made of the descriptions
 * of their layers.
 *
 * @throws {IntegrityError} If layers are missing.
 * @throws {SpecError} If a description is malformed.
 */
export async function readOldDockerArchive(
  files: ImageFiles,
): Promise<ArchivedImage[]> {
  const name = INDEX_NAMES.oldDocker;
  const repositories = await readJson(files, name);
  const namesByTop = new Map<string, string[]>();
  for (const [repository, tags] of repositories.members()) {
    for (const [tag, top] of tags.members()) {
      const names = namesByTop.get(top.text()) ?? [];
      namesByTop.set(top.text(), [...names, `${repository}:${tag}`]);
    }
  }
  const diffIds = new Map<string, Digest>();
  const images: ArchivedImage[] = [];
  for (const [top, names] of namesByTop) {
    const layers = await readChain(files, top);
    for (const layer of layers) {
      if (diffIds.has(layer.name)) continue;
      diffIds.set(layer.name, await digestUnpacked(files, layer));
    }
    images.push({ names, config: makeConfig(layers, diffIds), layers });
  }
  return images;
}

/** The layers of an image, the lowest first. */
async function readChain(files: ImageFiles, top: string): Promise<OldLayer[]> {
  const layers: OldLayer[] = [];
  for (let id: string | undefined = top; id !== undefined;) {
    if (!LAYER_ID.test(id) || layers.length === MAX_LAYERS) {
      throw new IntegrityError(
        `Cannot load "${files.label}": the layers of "${top}" are no chain of at most ${MAX_LAYERS}`,
      );
    }
    const description = await readJson(files, `${id}/json`);
    const layer = findLayerFile(files, `${id}/layer.tar`);
    layers.unshift({ ...layer, description });
    id = description.member("parent").optional((parent) => parent.string()) ||
      undefined;
  }
  return layers;
}

/**
 * The config of the upper layer, with what all of them tell; spelled as docker
 * does when it loads such an archive, so that the image has the same id.
 */
function makeConfig(
  layers: readonly OldLayer[],
  diffIds: ReadonlyMap<string, Digest>,
): Uint8Array<ArrayBuffer> {
  const top = layers.at(-1)?.description.value as Record<string, unknown>;
  const members = Object.entries({
    ...top,
    history: layers.map(({ description }) => readHistory(description)),
    rootfs: {
      type: "layers",
      diff_ids: layers.map(({ name }) => diffIds.get(name)),
    },
  }).filter(([key]) => !OF_LAYER.includes(key));
  const sorted = Object.fromEntries(members.sort(([a], [b]) => a < b ? -1 : 1));
  const text = JSON.stringify(sorted, (_, value) => asNumber(value));
  return new TextEncoder().encode(text.replace(/[<>&\u2028\u2029]/g, escape));
}

function asNumber(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

function escape(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function readHistory(description: JsonValue): HistoryEntry {
  const text = (name: string): string =>
    description.member(name).optional((value) => value.string()) ?? "";
  const program = description.member("container_config")
    .optional((config) => config.member("Cmd"))?.elements()
    .map((word) => word.string()).join(" ") ?? "";
  const [created, author, comment] = ["created", "author", "comment"].map(text);
  return {
    ...(created ? { created } : {}),
    ...(author ? { author } : {}),
    ...(program === "" ? {} : { created_by: program }),
    ...(comment ? { comment } : {}),
  };
}

async function readJson(files: ImageFiles, name: string): Promise<JsonValue> {
  const bytes = await readDocument(files, name, requireFile(files, name));
  return JsonValue.parse(
    new TextDecoder().decode(bytes),
    `Cannot load "${files.label}": ${name}`,
  );
}

/** Nothing in the archive tells it. */
async function digestUnpacked(
  { label }: ImageFiles,
  { name, file }: ArchivedLayer,
): Promise<Digest> {
  const part = { label: `${label}: ${name}`, ...file };
  using archive = await openArchivePart(part);
  using memory = new Memory(BUFFER_BYTES);
  while (archive.read(memory, 0, BUFFER_BYTES) > 0);
  return await archive.finish();
}
