/**
 * Where a registry's content is asked for: its mirrors, then itself, each by
 * the protocols that may be used there.
 *
 * @module
 */
import { hostOf, isLoopback } from "./host.ts";
import type { Certificates } from "./certificate_directories.ts";
import type { Registries, RegistrySettings } from "./registries.ts";

/** How to speak to a host; the second is TLS with anybody. */
export type Protocol = "https" | "unverified-https" | "http";

/** One place that may have the content. */
export interface Endpoint {
  /** Under which name its credentials are kept. */
  readonly registry: string;
  /** Host with an optional port. */
  readonly host: string;
  /** Goes before names of repositories: empty, or `mirror/`. */
  readonly prefix: string;
  /** To be tried in this order until one is answered. */
  readonly protocols: readonly Protocol[];
  /** Whom to trust besides the system's authorities, and who we are. */
  readonly certificates?: Certificates;
}

/**
 * The registry itself.
 *
 * @param registry As names of images have it.
 */
export function endpointOf(registry: string, registries: Registries): Endpoint {
  return settled({ registry, host: hostOf(registry), prefix: "" }, registries);
}

/** Where to look for content of a registry, the first first. */
export function endpointsOf(
  registry: string,
  registries: Registries,
): readonly Endpoint[] {
  const mirrors = registries.get(registry)?.mirrors ?? [];
  return [
    ...mirrors.map((mirror) => mirrorAt(mirror, registries)),
    endpointOf(registry, registries),
  ];
}

function mirrorAt(mirror: string, registries: Registries): Endpoint {
  const [host = "", ...path] = mirror.split("/");
  const prefix = path.map((component) => `${component}/`).join("");
  return settled({ registry: host, host, prefix }, registries);
}

function settled(
  place: Pick<Endpoint, "registry" | "host" | "prefix">,
  registries: Registries,
): Endpoint {
  const settings = registries.get(place.registry);
  const certificates = certificatesOf(settings);
  return {
    ...place,
    protocols: protocolsOf(place.host, settings, certificates),
    ...(certificates === undefined ? {} : { certificates }),
  };
}

function certificatesOf(
  settings: RegistrySettings | undefined,
): Certificates | undefined {
  const { ca, certificates } = settings ?? {};
  if (ca === undefined) return certificates;
  return { ...certificates, ca: [ca, ...certificates?.ca ?? []] };
}

function protocolsOf(
  host: string,
  settings: RegistrySettings | undefined,
  certificates: Certificates | undefined,
): readonly Protocol[] {
  if (settings?.isInsecure) return ["unverified-https", "http"];
  // On this machine nobody listens in between, and few have certificates.
  const isTrusted = isLoopback(host) && (certificates?.ca ?? []).length === 0;
  if (!isTrusted) return ["https"];
  return certificates?.client === undefined
    ? ["http", "unverified-https"]
    : ["unverified-https"];
}
