/**
 * Content by digest, as a stream that goes on where it broke.
 *
 * @module
 * @see distribution-spec 1.1, "Pulling blobs"
 * @see RFC 9110, section 14, "Range Requests"
 */
import { digestOf } from "../base/digest.ts";
import { IntegrityError } from "../base/errors.ts";
import type { Descriptor } from "../oci/image_spec.ts";
import { MAX_DOCUMENT_BYTES } from "../oci/parse_image.ts";
import { PassingError, persist } from "./retry.ts";
import type { RegistrySession } from "./session.ts";

const OK = 200;
const PARTIAL_CONTENT = 206;

/** Takes what has come. */
export interface BlobSink {
  /** How many bytes there are already; more are added to them. */
  readonly offset: number;
  /** Takes the next piece; the promise is when more may come. */
  take(piece: Uint8Array<ArrayBuffer>): Promise<void> | void;
  /** Called when a connection broke and another attempt is to follow. */
  onRetry?(): void;
}

/**
 * Downloads a blob. Its digest is the taker's to verify, since only they know
 * what there was before.
 *
 * @returns How many bytes there are in all: as many as the descriptor says.
 * @throws {IntegrityError} If the registry sends more.
 * @throws {RegistryError} If it does not send all of it.
 */
export async function downloadBlob(
  session: RegistrySession,
  repository: string,
  blob: Pick<Descriptor, "digest" | "size">,
  sink: BlobSink,
): Promise<number> {
  const { patience, signal } = session.surroundings;
  let at = sink.offset;
  let attempts = 0;
  await persist(patience, signal, async (onProgress) => {
    if (attempts++ > 0) sink.onRetry?.();
    const pieces = piecesFrom(session, repository, { blob, offset: at });
    for await (const piece of pieces) {
      if (piece.length > blob.size - at) throw tooLong(blob);
      await sink.take(piece);
      at += piece.length;
      onProgress();
    }
    if (at < blob.size) throw cutShort(blob, at);
  });
  return at;
}

/**
 * Downloads a small blob: a config.
 *
 * @throws {IntegrityError} If it is too large for one, or another one.
 * @throws {RegistryError} If the registry does not send it.
 */
export async function downloadDocument(
  session: RegistrySession,
  repository: string,
  blob: Pick<Descriptor, "digest" | "size">,
): Promise<Uint8Array<ArrayBuffer>> {
  if (blob.size > MAX_DOCUMENT_BYTES) {
    throw new IntegrityError(
      `Cannot download ${blob.digest}: ${blob.size} bytes are too many for a document`,
    );
  }
  const bytes = new Uint8Array(blob.size);
  let at = 0;
  await downloadBlob(session, repository, blob, {
    offset: 0,
    take(piece): void {
      bytes.set(piece, at);
      at += piece.length;
    },
  });
  const digest = await digestOf(bytes);
  if (digest === blob.digest) return bytes;
  throw new IntegrityError(
    `Cannot download ${blob.digest}: what came has the digest ${digest}`,
  );
}

interface Rest {
  readonly blob: Pick<Descriptor, "digest" | "size">;
  readonly offset: number;
}

async function* piecesFrom(
  session: RegistrySession,
  repository: string,
  { blob: { digest, size }, offset }: Rest,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (offset >= size && size > 0) return;
  const response = await session.askOnce({
    method: "GET",
    path: `${session.pathOf(repository)}/blobs/${digest}`,
    scopes: [session.scope(repository, "pull")],
    attempt: `Cannot download ${digest}`,
    expected: offset === 0 ? [OK] : [OK, PARTIAL_CONTENT],
    ...(offset === 0 ? {} : { headers: { range: `bytes=${offset}-` } }),
  });
  let skipped = response.status === OK ? offset : 0;
  if (response.status === PARTIAL_CONTENT) assertRange(response, offset);
  for await (const piece of session.pieces(response)) {
    // A registry that knows no ranges sends all of it again.
    const isNew = skipped < piece.length;
    if (isNew) yield piece.subarray(skipped);
    skipped = isNew ? 0 : skipped - piece.length;
  }
}

function assertRange(response: Response, offset: number): void {
  const range = response.headers.get("content-range") ?? "";
  if (Number(/^bytes (\d+)-/.exec(range)?.[1]) === offset) return;
  throw new PassingError(
    response.status,
    undefined,
    `Cannot go on with a download at ${offset}: the registry sends "${range}"`,
  );
}

function tooLong({ digest, size }: Rest["blob"]): IntegrityError {
  return new IntegrityError(
    `Cannot download ${digest}: the registry sends more than its ${size} bytes`,
  );
}

function cutShort({ digest, size }: Rest["blob"], at: number): PassingError {
  return new PassingError(
    0,
    undefined,
    `Cannot download ${digest}: it ended after ${at} of ${size} bytes`,
  );
}
