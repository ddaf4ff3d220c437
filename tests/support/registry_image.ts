/**
 * Images in a test's registry, of layers that are tar files.
 *
 * @module
 */
import { type Digest, digestOf } from "../../lib/base/digest.ts";
import type { Descriptor } from "../../lib/oci/image_spec.ts";
import {
  CONFIG_TYPES,
  LAYER_TYPES,
  type LayerCompression,
  MANIFEST_TYPES,
} from "../../lib/oci/media_types.ts";
import { type Bytes, encode, type TestRegistry } from "./registry.ts";
import { archive, file } from "./tar_builder.ts";

/** What there is of an image in a registry. */
export interface RegistryImage {
  readonly layers: readonly Descriptor[];
  readonly config: { readonly digest: Digest; readonly size: number };
  readonly manifest: { readonly digest: Digest };
}

/** How an image is to be; the rest is as it should be. */
export interface RegistryImageWishes {
  /** Tar files, the lowest first. */
  readonly layers: readonly Uint8Array[];
  readonly compression?: LayerCompression;
  /** What the config says of the layers. */
  readonly diffIds?: readonly Digest[];
  readonly architecture?: string;
}

/** Adds an image of a name such as `team/app:1`. */
export async function addRegistryImage(
  registry: TestRegistry,
  name: string,
  wishes: RegistryImageWishes,
): Promise<RegistryImage> {
  const { compression = "gzip", architecture = "amd64" } = wishes;
  const layers = await Promise.all(wishes.layers.map(async (layer) => {
    const bytes = new Uint8Array(layer);
    const packed = await PACKERS[compression](bytes);
    const mediaType = LAYER_TYPES[compression];
    return { mediaType, ...await registry.addBlob(packed) };
  }));
  const diffIds = wishes.diffIds ??
    await Promise.all(
      wishes.layers.map((layer) => digestOf(new Uint8Array(layer))),
    );
  const config = await registry.addBlob(encode(JSON.stringify({
    architecture,
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: diffIds },
  })));
  const [repository = "", tag = ""] = name.split(":");
  const manifest = await registry.addManifest(repository, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPES[0],
    config: { mediaType: CONFIG_TYPES[0], ...config },
    layers,
  }, tag);
  return { layers, config, manifest };
}

/** A layer of one file, so large that it is unpacked while it comes. */
export function largeLayer(name: string, seed: number): Uint8Array {
  const MEGABYTE = 1024 * 1024;
  // What cannot be packed: every byte comes from its place by a hash.
  const content = Uint8Array.from({ length: MEGABYTE }, (_, at) => {
    let value = Math.imul(at + seed * MEGABYTE, 0x9e3779b1);
    value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
    return (value ^ (value >>> 13)) & 0xff;
  });
  return archive(file(name, content));
}

const PACKERS: Readonly<
  Record<LayerCompression, (bytes: Bytes) => Promise<Bytes>>
> = {
  none: (bytes) => Promise.resolve(bytes),
  gzip,
  zstd,
};

async function zstd(bytes: Bytes): Promise<Bytes> {
  const { zstdCompressSync } = await import("node:zlib");
  const half = bytes.length >> 1;
  // Of two frames, as programs write them that pack in parallel.
  const frames = [bytes.slice(0, half), bytes.slice(half)]
    .map((part) => new Uint8Array(zstdCompressSync(part)));
  return new Uint8Array(await new Blob(frames).arrayBuffer());
}

async function gzip(bytes: Bytes): Promise<Bytes> {
  const packed = new Blob([bytes]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
