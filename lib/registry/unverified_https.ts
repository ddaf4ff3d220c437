/**
 * TLS with whoever answers, for registries that are named insecure and those
 * of this machine. Apart, since `node:https` takes long to load.
 *
 * @module
 */
import type { ClientCertificate } from "./certificate_directories.ts";
import type { HttpRequest } from "./transport.ts";

/** Statuses whose answers have no body, not even an empty one. */
const BODILESS = [101, 204, 205, 304];

/**
 * Sends a request without verifying who answers.
 *
 * @param client Who we are, as texts in PEM.
 * @returns As `fetch` would with `redirect: "manual"`.
 */
export async function sendByNode(
  request: HttpRequest,
  client: ClientCertificate | undefined,
): Promise<Response> {
  const { request: open } = await import("node:https");
  const { Readable } = await import("node:stream");
  const { pipeline } = await import("node:stream/promises");
  const { method, url, headers, body, signal } = request;
  const answered = Promise.withResolvers<Response>();
  const outgoing = open(url, {
    method,
    headers: Object.fromEntries(headers),
    rejectUnauthorized: false,
    ...client,
    signal,
  }, (incoming) => {
    const status = incoming.statusCode ?? 0;
    const isBodiless = BODILESS.includes(status) || method === "HEAD";
    if (isBodiless) incoming.resume();
    const content = isBodiless ? null : Readable.toWeb(incoming);
    const fields = new Headers();
    for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
      const [name = "", value = ""] = incoming.rawHeaders.slice(at, at + 2);
      fields.append(name, value);
    }
    answered.resolve(
      new Response(content as ReadableStream<Uint8Array<ArrayBuffer>> | null, {
        status,
        headers: fields,
      }),
    );
  });
  outgoing.on("error", (error: Error) => answered.reject(error));
  if (body instanceof ReadableStream) {
    // What is wrong is heard by the listener above, or told by the answer.
    pipeline(Readable.from(body, { objectMode: false }), outgoing)
      .catch((error: Error) => answered.reject(error));
  } else outgoing.end(body);
  return await answered.promise;
}
