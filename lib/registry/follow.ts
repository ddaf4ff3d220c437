/**
 * Requests across redirects. Registries hand out blobs from other hosts, which
 * must not see the registry's credentials.
 *
 * @module
 * @see RFC 9110, section 15.4
 */
import { RegistryError } from "./registry_error.ts";
import type { HttpRequest, Transport } from "./transport.ts";

const MAX_REDIRECTS = 10;
const REDIRECTS = [301, 302, 303, 307, 308];

/** How to reach an address that a registry has sent us to. */
export interface Reach {
  /** @throws If the address may not be used. */
  (url: URL): Transport;
}

/**
 * Sends a request and follows where it leads.
 *
 * @param request With the credentials of its own origin, if any; no other
 * origin sees them.
 * @throws {RegistryError} If it leads nowhere, from TLS to plain HTTP, or too far.
 */
export async function sendFollowing(
  request: HttpRequest,
  reach: Reach,
): Promise<Response> {
  let next = request;
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const response = await reach(next.url)(next);
    if (!REDIRECTS.includes(response.status)) return response;
    const location = response.headers.get("location");
    await response.body?.cancel();
    next = redirected(next, response.status, location);
  }
  throw new RegistryError(
    0,
    undefined,
    `Cannot follow "${
      shownUrl(request.url)
    }": more than ${MAX_REDIRECTS} redirects`,
  );
}

function redirected(
  { url: from, ...request }: HttpRequest,
  status: number,
  location: string | null,
): HttpRequest {
  const refuse = (why: string): never => {
    throw new RegistryError(
      status,
      undefined,
      `Cannot follow "${shownUrl(from)}": ${why}`,
    );
  };
  if (location === null || !URL.canParse(location, from)) {
    return refuse("it redirects to nowhere");
  }
  const url = new URL(location, from);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return refuse(`it redirects to "${url.protocol}"`);
  }
  if (from.protocol === "https:" && url.protocol === "http:") {
    return refuse(`it redirects to plain HTTP, "${shownUrl(url)}"`);
  }
  // A stream has been read by now.
  if (request.body instanceof ReadableStream) {
    return refuse("it redirects after it was given content");
  }
  const headers = new Headers(request.headers);
  if (url.origin !== from.origin) headers.delete("authorization");
  return { ...request, url, headers };
}

/**
 * An address for messages: what follows `?` may be as good as a password, and
 * so may a name before the host.
 */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
