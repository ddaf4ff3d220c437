/**
 * How images were made, step by step.
 *
 * @module
 */
import type { Digest } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { HistoryEntry } from "../../oci/image_spec.ts";
import {
  readImageDocument,
  type StoredImage,
} from "../../storage/image_store.ts";
import { imageLayerSize } from "./image_size.ts";

/** A step. */
export interface HistoryStep {
  /** The image, for its last step; what was before it is no image any more. */
  readonly id: Digest | undefined;
  /** Milliseconds since the epoch; absent if the image does not say. */
  readonly createdMs: number | undefined;
  readonly createdBy: string;
  readonly comment: string;
  /** Bytes that the step has added. */
  readonly sizeBytes: number;
}

/**
 * The steps that an image was made by, the last first. Layers that its history
 * does not mention are steps, too.
 */
export function imageHistory(
  paths: HostPaths,
  image: StoredImage,
): HistoryStep[] {
  const { history } = readImageDocument(paths, image);
  const sizes = image.layers.map((layer) => imageLayerSize(paths, layer));
  const mentioned = history.filter(({ empty_layer }) => !empty_layer).length;
  const unmentioned = Math.max(0, sizes.length - mentioned);
  const entries: HistoryEntry[] = [
    ...Array.from({ length: unmentioned }, () => ({})),
    ...history,
  ];
  const steps = entries.map((entry): HistoryStep => ({
    id: undefined,
    createdMs: createdMs(entry),
    createdBy: entry.created_by ?? "",
    comment: entry.comment ?? "",
    sizeBytes: entry.empty_layer ? 0 : sizes.shift() ?? 0,
  })).reverse();
  const [last, ...before] = steps;
  return last === undefined
    ? []
    : [{ ...last, id: image.config.digest }, ...before];
}

function createdMs({ created }: HistoryEntry): number | undefined {
  const ms = created === undefined ? NaN : Date.parse(created);
  return Number.isNaN(ms) ? undefined : ms;
}
