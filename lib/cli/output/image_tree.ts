/**
 * An image's layers as `image tree` prints them. Pure.
 *
 * @module
 */
import { formatByteSize } from "../../base/byte_size.ts";
import type { Digest } from "../../base/digest.ts";
import {
  type NamedImage,
  repositoryNames,
} from "../../engine/images/named_images.ts";
import type { TreeLayer } from "../../engine/images/tree.ts";
import { shortDigest } from "./image_cells.ts";

/** Writes a tree, the lowest layer first. */
export function formatImageTree(
  named: NamedImage,
  layers: readonly TreeLayer[],
  ids: "full" | "short",
): string {
  const total = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const { config } = named.image;
  const idOf = (digest: Digest): string =>
    ids === "full" ? digest : shortDigest(digest);
  const lines = [
    `Image ID: ${idOf(config.digest)}`,
    `Tags:     [${repositoryNames(named).tags.join(" ")}]`,
    `Size:     ${formatByteSize(total)}`,
    layers.length === 0 ? "No layers" : "Image layers",
    ...layers.map((layer, index) => {
      const branch = index === layers.length - 1 ? "└──" : "├──";
      const id = idOf(layer.chainId);
      const size = formatByteSize(layer.sizeBytes);
      return `${branch} ID: ${id} Size: ${size}${sharedText(layer)}`;
    }),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function sharedText({ sharedWith }: TreeLayer): string {
  if (sharedWith.length === 0) return "";
  const names = sharedWith.flatMap((other) => {
    const { tags } = repositoryNames(other);
    return tags.length === 0 ? [shortDigest(other.image.config.digest)] : tags;
  });
  return ` Shared with: [${names.join(" ")}]`;
}
