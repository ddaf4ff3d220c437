/**
 * Archives of images, put together by hand: as docker and OCI want them, or
 * with anything changed.
 *
 * @module
 */
import { type Digest, digestHex, digestOf } from "../../lib/base/digest.ts";
import { LAYER_TYPES, MANIFEST_TYPES } from "../../lib/oci/media_types.ts";
import { archive, concat, file, symlink } from "./tar_builder.ts";

/** Files by name; a text that is a link's target, or bytes. */
export type Members = Readonly<
  Record<string, Uint8Array | { readonly link: string }>
>;

/** What an image consists of. */
export interface ImageParts {
  /** Packed or not, the lowest first. */
  readonly layers: readonly Uint8Array[];
  readonly diffIds: readonly Digest[];
  readonly config: Uint8Array;
  readonly configDigest: Digest;
  readonly manifest: Uint8Array;
  readonly manifestDigest: Digest;
}

/** How an image is to be; the rest is as it should be. */
export interface ImagePartsWishes {
  readonly diffIds?: readonly Digest[];
  readonly architecture?: string;
  /** How the layers are packed. */
  readonly pack?: (layer: Uint8Array) => Uint8Array;
  readonly mediaType?: string;
}

/** JSON as bytes. */
export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The digest of bytes. */
export function digest(bytes: Uint8Array): Promise<Digest> {
  return digestOf(Uint8Array.from(bytes));
}

/** An image of layers that are tar files. */
export async function makeImage(
  layers: readonly Uint8Array[],
  wishes: ImagePartsWishes = {},
): Promise<ImageParts> {
  const diffIds = wishes.diffIds ?? await Promise.all(layers.map(digest));
  const packed = layers.map((layer) => wishes.pack?.(layer) ?? layer);
  const config = json({
    created: "2020-01-02T03:04:05Z",
    architecture: wishes.architecture ?? "amd64",
    os: "linux",
    config: { Cmd: ["sh"] },
    rootfs: { type: "layers", diff_ids: diffIds },
  });
  const configDigest = await digest(config);
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPES[0],
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: configDigest,
      size: config.length,
    },
    layers: await Promise.all(packed.map(async (layer) => ({
      mediaType: wishes.mediaType ?? LAYER_TYPES.none,
      digest: await digest(layer),
      size: layer.length,
    }))),
  });
  const manifestDigest = await digest(manifest);
  return {
    layers: packed,
    diffIds,
    config,
    configDigest,
    manifest,
    manifestDigest,
  };
}

/** What an index says of an image. */
export function descriptorOf(
  { manifest, manifestDigest }: ImageParts,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    mediaType: MANIFEST_TYPES[0],
    digest: manifestDigest,
    size: manifest.length,
    ...more,
  };
}

/** Where a layout has content. */
export function blobName(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`;
}

/** The blobs of images, by name. */
export async function blobsOf(...images: ImageParts[]): Promise<Members> {
  const blobs: Record<string, Uint8Array> = {};
  for (const { config, manifest, layers } of images) {
    for (const bytes of [config, manifest, ...layers]) {
      blobs[blobName(await digest(bytes))] = bytes;
    }
  }
  return blobs;
}

/** An OCI layout of an index and blobs. */
export function ociLayout(
  blobs: Members,
  manifests: readonly unknown[],
): Members {
  return {
    ...blobs,
    "index.json": json({ schemaVersion: 2, manifests }),
    "oci-layout": json({ imageLayoutVersion: "1.0.0" }),
  };
}

/** What docker saves, old directories and all. */
export async function dockerSave(
  { config, configDigest, layers }: ImageParts,
  tags: readonly string[] | null,
): Promise<Members> {
  const members: Record<string, Members[string]> = {};
  const names: string[] = [];
  for (const layer of layers) {
    const name = `${digestHex(await digest(layer))}/layer.tar`;
    members[name] = layer;
    names.push(name);
  }
  const Config = `${digestHex(configDigest)}.json`;
  return {
    ...members,
    [Config]: config,
    "manifest.json": json([{ Config, RepoTags: tags, Layers: names }]),
  };
}

/** Puts files into an archive, in their order. */
export function pack(members: Members): Uint8Array {
  const entries = Object.entries(members).map(([name, content]) =>
    content instanceof Uint8Array
      ? file(name, content)
      : symlink(name, content.link)
  );
  return archive(concat(...entries));
}

/** Writes files to a directory. */
export function writeTo(directory: string, members: Members): void {
  for (const [name, content] of Object.entries(members)) {
    const path = `${directory}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (content instanceof Uint8Array) Deno.writeFileSync(path, content);
    else Deno.symlinkSync(content.link, path);
  }
}
