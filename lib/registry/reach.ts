/**
 * How any address is reached: a registry's own, that of its token issuer, or
 * one that it redirects to.
 *
 * @module
 */
import type { Certificates } from "./certificate_directories.ts";
import { endpointOf, type Protocol } from "./endpoint.ts";
import type { Reach } from "./follow.ts";
import type { Registries } from "./registries.ts";
import type { Transports } from "./transport.ts";

/** By what protocol, and trusting whom, to speak to an address. */
export interface Way {
  readonly protocol: Protocol;
  readonly certificates?: Certificates;
}

/** The way to an address whose scheme is decided. */
export function wayTo(url: URL, registries: Registries): Way {
  if (url.protocol === "http:") return { protocol: "http" };
  const { protocols, certificates } = endpointOf(url.host, registries);
  const protocol = protocols.find((name) => name !== "http") ?? "https";
  return { protocol, ...(certificates === undefined ? {} : { certificates }) };
}

/** The ways as transports. */
export function reachBy(transports: Transports, registries: Registries): Reach {
  return (url) => {
    const { protocol, certificates } = wayTo(url, registries);
    return transports.for(protocol, certificates);
  };
}
