/**
 * The side of `tsdocker unpack` in unpacking layers while they are
 * downloaded; see layer_unpacker.ts for the other one.
 *
 * @module
 */
import { makeUninheritable, readSync } from "../../../ffi/calls/pipe.ts";
import { Fd } from "../../../ffi/fd.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import {
  type ArrivingLayer,
  unpackArrivingLayer,
} from "../../storage/arriving_layer.ts";

/** What to unpack, as JSON can hold it. */
export type LayerOrder = ArrivingLayer;

/**
 * Unpacks a layer from stdin.
 *
 * @param gate Number of a pipe's end. A byte says that the layer is what it
 * should be and those below are there, its end that it is not wanted.
 */
export async function unpackOnOrder(
  paths: Pick<HostPaths, "layers">,
  gate: number,
  order: LayerOrder,
): Promise<void> {
  makeUninheritable(gate);
  using pipe = new Fd(gate);
  await unpackArrivingLayer(
    paths,
    order,
    () => readSync(pipe, new Uint8Array(1)) === 1,
  );
}
