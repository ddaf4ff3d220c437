/**
 * Names of layers on top of others.
 *
 * @module
 * @see image-spec 1.1, config.md, "Layer ChainID"
 */
import { type Digest, digestOf } from "../base/digest.ts";

/**
 * The chain id of each layer, which names it with all that is below it.
 *
 * @param diffIds Digests of the unpacked layers, the lowest first.
 */
export async function chainIds(
  diffIds: readonly Digest[],
): Promise<Digest[]> {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    chain.push(await chainIdOn(chain.at(-1), diffId));
  }
  return chain;
}

/**
 * The chain id of one layer.
 *
 * @param below Chain id of the layer below it; `undefined` if it is the lowest.
 */
export async function chainIdOn(
  below: Digest | undefined,
  diffId: Digest,
): Promise<Digest> {
  if (below === undefined) return diffId;
  return await digestOf(new TextEncoder().encode(`${below} ${diffId}`));
}
