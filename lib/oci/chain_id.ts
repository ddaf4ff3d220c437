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
    const below = chain.at(-1);
    chain.push(
      below === undefined
        ? diffId
        : await digestOf(new TextEncoder().encode(`${below} ${diffId}`)),
    );
  }
  return chain;
}
