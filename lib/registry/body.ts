/**
 * Reading answers without trusting them to end, or to go on.
 *
 * @module
 */
import { IntegrityError } from "../base/errors.ts";
import { brokenOff } from "./connection.ts";
import { PassingError } from "./retry.ts";

/** How to read an answer. */
export interface Reading {
  /** For messages. */
  readonly host: string;
  /** How long the next piece may take. */
  readonly silenceMs: number;
}

/**
 * The content of an answer, piece by piece. Whoever stops early ends the
 * connection.
 *
 * @throws {PassingError} If the connection breaks, or nothing comes.
 */
export async function* piecesOf(
  response: Response,
  { host, silenceMs }: Reading,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let isWhole = false;
  try {
    for (;;) {
      const piece = await inTime(reader.read(), { host, silenceMs });
      if (piece.done) break;
      yield piece.value;
    }
    isWhole = true;
  } finally {
    // Not awaited: a connection that is silent may not answer this, either.
    if (!isWhole) reader.cancel().catch(() => undefined);
  }
}

async function inTime<T>(
  read: Promise<T>,
  { host, silenceMs }: Reading,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const seconds = Math.round(silenceMs / 1000);
    const message = `Cannot read from "${host}": nothing came for ${seconds} s`;
    late.reject(new PassingError(0, undefined, message));
  }, silenceMs);
  try {
    return await Promise.race([read, late.promise]);
  } catch (error) {
    throw error instanceof PassingError ? error : brokenOff(error, host);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The whole content of an answer that should be small.
 *
 * @throws {IntegrityError} If it is larger.
 * @throws {PassingError} As {@linkcode piecesOf} does.
 */
export async function readWhole(
  response: Response,
  maxBytes: number,
  reading: Reading,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const piece of piecesOf(response, reading)) {
    pieces.push(piece);
    size += piece.length;
    if (size > maxBytes) {
      throw new IntegrityError(
        `Cannot use the answer of "${reading.host}": it is larger than ${maxBytes} bytes`,
      );
    }
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
