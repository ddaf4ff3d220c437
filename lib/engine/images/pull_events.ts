/**
 * What is told of while images are pulled and pushed.
 *
 * @module
 */
import type { Digest } from "../../base/digest.ts";

/** What happens to a layer. */
export type LayerState =
  /** Others come first. */
  | "waiting"
  | "downloading"
  /** The connection broke; it goes on. */
  | "retrying"
  | "downloaded"
  /** It is in the store, unpacked. */
  | "complete"
  /** There was nothing to do. */
  | "exists"
  | "uploading"
  | "pushed"
  | "mounted";

/** News of a layer. */
export interface LayerEvent {
  /** Of the layer as it is in the registry. */
  readonly digest: Digest;
  readonly state: LayerState;
  /** How many bytes have come or gone. */
  readonly bytes: number;
  /** How many there are. */
  readonly size: number;
  /** Where it was mounted from. */
  readonly from?: string;
}

/** Told of what happens. */
export interface TransferEvents {
  /** The layers there are, the lowest first, before anything is done. */
  onLayers?(layers: readonly Digest[]): void;
  onLayer?(event: LayerEvent): void;
  /** Something that the user should know but that stops nothing. */
  onWarning?(text: string): void;
}
