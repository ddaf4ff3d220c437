/**
 * All layers of an image from a registry into the store: several at a time,
 * downloaded, verified and unpacked in one pass.
 *
 * @module
 */
import { type Digest, digestHex } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { pathExists } from "../../base/path_exists.ts";
import { chainIds } from "../../oci/chain_id.ts";
import type { Descriptor } from "../../oci/image_spec.ts";
import type { RegistrySession } from "../../registry/session.ts";
import { Slots } from "../../registry/slots.ts";
import { blobSize } from "../../storage/content_store.ts";
import { ensureImageLayers } from "../../storage/image_layers.ts";
import { fetchLayer, type LayerTaker } from "./fetch_layer.ts";
import { LayerUnpacker } from "./layer_unpacker.ts";
import type { LayerState, TransferEvents } from "./pull_events.ts";

/** As many as docker downloads at the same time. */
const MAX_DOWNLOADS = 3;
/** Each has a process while it comes and waits for the layers below. */
const MAX_UNPACKERS = 4;
/** A smaller layer is unpacked sooner than a process for it starts. */
const MIN_STREAMED_BYTES = 512 * 1024;

/** A layer as manifest and config name it. */
export interface WantedLayer {
  readonly blob: Descriptor;
  readonly diffId: Digest;
}

/** What to fetch, and from where. */
export interface LayersFetch {
  /** The lowest first. */
  readonly layers: readonly WantedLayer[];
  readonly sources: readonly RegistrySession[];
  readonly repository: string;
  readonly events: TransferEvents;
  /** What messages call the image. */
  readonly label: string;
  /** Ends what the sources do, by its signal. */
  readonly ending: AbortController;
}

/**
 * Fetches layers that the store does not have, and unpacks all.
 *
 * @throws The first failure; the downloads of the others are ended.
 */
export async function fetchLayers(
  paths: HostPaths,
  fetch: LayersFetch,
): Promise<void> {
  const chain = await chainIds(fetch.layers.map(({ diffId }) => diffId));
  fetch.events.onLayers?.(fetch.layers.map(({ blob }) => blob.digest));
  await using work = new Work(paths, fetch, chain);
  try {
    await Promise.all([...work.downloads, work.unpackInOrder()]);
  } catch (error) {
    fetch.ending.abort(error);
    throw error;
  }
}

/**
 * How many layers are unpacked while they come, each by a process. To start one
 * costs as much as to unpack 4 MB, and is in vain where no processor is free
 * for it: this process downloads, and unpacks the other layers in order.
 *
 * @param cpus How many processors there are to run on.
 */
export function unpackersFor(cpus: number): number {
  return Math.min(Math.max(cpus - 1, 1), MAX_UNPACKERS);
}

/** The fetching of one image's layers. */
class Work implements AsyncDisposable {
  readonly #paths: HostPaths;
  readonly #fetch: LayersFetch;
  readonly #chain: readonly Digest[];
  readonly #slots = new Slots(MAX_DOWNLOADS);
  readonly #unpackerSlots = new Slots(
    unpackersFor(navigator.hardwareConcurrency),
  );
  /** By chain id: those that have been given all of their layer. */
  readonly #unpackers = new Map<Digest, LayerUnpacker>();
  readonly #started: LayerUnpacker[] = [];
  /** By the digest of the blob, which several layers may share. */
  readonly #downloads = new Map<Digest, Promise<void>>();

  constructor(
    paths: HostPaths,
    fetch: LayersFetch,
    chain: readonly Digest[],
  ) {
    this.#paths = paths;
    this.#fetch = fetch;
    this.#chain = chain;
    for (const [at, { blob }] of fetch.layers.entries()) {
      if (this.#downloads.has(blob.digest)) continue;
      const download = this.#download(at);
      // Whoever waits for it is told; until then it is not unhandled.
      download.catch(() => undefined);
      this.#downloads.set(blob.digest, download);
    }
  }

  get downloads(): Iterable<Promise<void>> {
    return this.#downloads.values();
  }

  async #download(at: number): Promise<void> {
    const { sources, repository, events, layers } = this.#fetch;
    const blob = layers[at]?.blob;
    if (blob === undefined || this.#isStored(blob)) return;
    this.#tell(blob, "waiting");
    using _slot = await this.#slots.take();
    await fetchLayer(this.#paths, {
      sources,
      repository,
      blob,
      events,
      signal: this.#fetch.ending.signal,
      open: () => this.#open(at),
    });
  }

  #isStored({ digest, size }: Descriptor): boolean {
    return blobSize(this.#paths, digest) === size;
  }

  /** A process that unpacks a layer while it comes, if that is worth it. */
  #open(at: number): LayerTaker | undefined {
    const layer = this.#fetch.layers[at];
    const chainId = this.#chain[at];
    if (layer === undefined || chainId === undefined) return undefined;
    if (layer.blob.size < MIN_STREAMED_BYTES) return undefined;
    if (this.#isUnpacked(chainId)) return undefined;
    const slot = this.#unpackerSlots.tryTake();
    if (slot === undefined) return undefined;
    const unpacker = new LayerUnpacker(this.#paths, {
      label: `${this.#fetch.label}, layer ${layer.blob.digest}`,
      diffId: layer.diffId,
      chainId,
      below: this.#chain.slice(0, at).reverse(),
    });
    this.#started.push(unpacker);
    unpacker.gone().then(() => slot[Symbol.dispose]());
    return {
      write: (piece) => unpacker.write(piece),
      end: async (): Promise<void> => {
        await unpacker.end();
        this.#unpackers.set(chainId, unpacker);
      },
      [Symbol.dispose]: () => unpacker[Symbol.dispose](),
    };
  }

  #isUnpacked(chainId: Digest): boolean {
    return pathExists(`${this.#paths.layers}/${digestHex(chainId)}`);
  }

  /** Each layer needs those below it to be finished. */
  async unpackInOrder(): Promise<void> {
    const { layers } = this.#fetch;
    const stored = layers.flatMap((layer, at) => {
      const chainId = this.#chain[at];
      return chainId === undefined ? [] : [{ ...layer, chainId }];
    });
    for (const [at, { blob, chainId }] of stored.entries()) {
      const hadAll = this.#isUnpacked(chainId) && this.#isStored(blob);
      await this.#downloads.get(blob.digest);
      await this.#unpackers.get(chainId)?.finish();
      await ensureImageLayers(this.#paths, { layers: stored.slice(0, at + 1) });
      this.#tell(blob, hadAll ? "exists" : "complete");
    }
  }

  #tell({ digest, size }: Descriptor, state: LayerState): void {
    const bytes = state === "waiting" ? 0 : size;
    this.#fetch.events.onLayer?.({ digest, state, bytes, size });
  }

  /** After a failure, nothing of what was being unpacked is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.downloads);
    for (const unpacker of this.#started) unpacker[Symbol.dispose]();
    await Promise.all(this.#started.map((unpacker) => unpacker.gone()));
  }
}
