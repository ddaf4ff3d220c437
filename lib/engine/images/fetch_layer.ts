/**
 * One layer from a registry into the store, and on the way to whoever unpacks
 * it.
 *
 * @module
 */
import { IntegrityError } from "../../base/errors.ts";
import type { Descriptor } from "../../oci/image_spec.ts";
import { downloadBlob } from "../../registry/download.ts";
import type { RegistrySession } from "../../registry/session.ts";
import {
  openPartialBlob,
  type PartialBlob,
} from "../../storage/partial_blob.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { LayerState, TransferEvents } from "./pull_events.ts";

/** Takes the bytes of a layer as they come; disposed of if they are wrong. */
export interface LayerTaker extends Disposable {
  write(piece: Uint8Array): Promise<void>;
  /** All has come, and is what it should be. */
  end(): Promise<void>;
}

/** Where a layer is, and who wants it. */
export interface LayerFetch {
  /** Where to ask, the first first: mirrors, then the registry. */
  readonly sources: readonly RegistrySession[];
  readonly repository: string;
  readonly blob: Descriptor;
  readonly events: TransferEvents;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Makes a taker, for each attempt at the whole layer. */
  open(): LayerTaker | undefined;
}

/**
 * Downloads a layer, goes on where an earlier run was ended, and verifies it.
 *
 * @returns Whether there was anything to download.
 * @throws {RegistryError} If no source gives it.
 * @throws {IntegrityError} If it is not what it should be.
 */
export async function fetchLayer(
  paths: HostPaths,
  fetch: LayerFetch,
): Promise<"fetched" | "exists"> {
  const { signal } = fetch;
  signal.throwIfAborted();
  using partial = await beforeEnd(openPartialBlob(paths, fetch.blob), signal);
  if (partial === undefined) return "exists";
  let failure: unknown;
  for (const session of fetch.sources) {
    try {
      await fetchFrom(session, partial, fetch);
      return "fetched";
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

/** Another process may have it open for long. */
async function beforeEnd<T extends Disposable>(
  opening: Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const ended = Promise.withResolvers<never>();
  const end = (): void => {
    opening.then((opened) => opened?.[Symbol.dispose](), () => undefined);
    ended.reject(signal.reason);
  };
  signal.addEventListener("abort", end, { once: true });
  try {
    return await Promise.race([opening, ended.promise]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

async function fetchFrom(
  session: RegistrySession,
  partial: PartialBlob,
  fetch: LayerFetch,
): Promise<void> {
  for (;;) {
    const attempt = { isResumed: false };
    try {
      return await tryFrom(session, partial, { fetch, attempt });
    } catch (error) {
      if (!(error instanceof IntegrityError)) throw error;
      partial.clear();
      // What an earlier run has left may be what was wrong.
      if (!attempt.isResumed) throw error;
    }
  }
}

interface Attempt {
  readonly fetch: LayerFetch;
  /** Filled in: whether there was something of it before. */
  readonly attempt: { isResumed: boolean };
}

async function tryFrom(
  session: RegistrySession,
  partial: PartialBlob,
  { fetch: { repository, blob, events, open }, attempt }: Attempt,
): Promise<void> {
  using cleanup = new DisposableStack();
  const taker = open();
  if (taker !== undefined) cleanup.use(taker);
  const tell = (state: LayerState): void =>
    events.onLayer?.({
      digest: blob.digest,
      state,
      bytes: partial.size,
      size: blob.size,
    });
  await partial.replay(async (piece) => await taker?.write(piece));
  attempt.isResumed = partial.size > 0;
  tell("downloading");
  await downloadBlob(session, repository, blob, {
    offset: partial.size,
    async take(piece): Promise<void> {
      partial.append(piece);
      tell("downloading");
      await taker?.write(piece);
    },
    onRetry: () => tell("retrying"),
  });
  partial.publish();
  await taker?.end();
  cleanup.move();
  tell("downloaded");
}
