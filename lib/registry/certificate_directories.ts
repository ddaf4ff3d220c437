/**
 * Directories named after registries, with certificates: whom to trust besides
 * others, and who we are. They are docker's.
 *
 * @module
 * @see docs.docker.com/engine/security/certificates
 */
import { HostError } from "../base/errors.ts";
import { hostOf } from "./host.ts";
import type { Registries } from "./registries.ts";

/** Files about TLS with one host, in PEM; absolute paths. */
export interface Certificates {
  /** Authorities. */
  readonly ca: readonly string[];
  /** What we show if we are asked who we are. */
  readonly client?: ClientCertificate;
}

/** A certificate and the key that belongs to it. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Settings that know of the directories, too.
 *
 * @param directories What there is for a host is in `HOST[:PORT]` in any of
 * them: authorities are `*.crt`, our certificate and its key `*.cert` and
 * `*.key` of the same name. Of several of ours the first counts.
 */
export function withCertificates(
  registries: Registries,
  directories: readonly string[],
): Registries {
  return {
    get(registry): ReturnType<Registries["get"]> {
      const certificates = findCertificates(directories, hostOf(registry));
      const settings = registries.get(registry);
      return certificates === undefined
        ? settings
        : { mirrors: [], isInsecure: false, ...settings, certificates };
    },
  };
}

/**
 * What the directories have for a host.
 *
 * @returns `undefined` if they have nothing.
 * @throws {HostError} If a key has no certificate or the reverse, in docker's
 * words, or a directory cannot be read.
 */
export function findCertificates(
  directories: readonly string[],
  host: string,
): Certificates | undefined {
  // An address does not tell a port that goes without saying.
  const names = /:\d+$/.test(host) ? [host] : [host, `${host}:443`];
  const found = directories
    .flatMap((directory) => names.map((name) => `${directory}/${name}`))
    .map(readDirectory);
  const ca = found.flatMap((one) => one.ca);
  const client = found.find((one) => one.client !== undefined)?.client;
  if (ca.length === 0 && client === undefined) return undefined;
  return { ca, ...(client === undefined ? {} : { client }) };
}

function readDirectory(path: string): Certificates {
  const names = namesOf(path);
  const ending = (end: string): string[] =>
    names.filter((name) => name.endsWith(end));
  for (const cert of ending(".cert")) {
    const key = cert.replace(/cert$/, "key");
    if (names.includes(key)) continue;
    throw new HostError(
      `Cannot use "${path}": missing key ${key} for client certificate ${cert}`,
      { advice: "CA certificates must use the extension .crt" },
    );
  }
  for (const key of ending(".key")) {
    const cert = key.replace(/key$/, "cert");
    if (names.includes(cert)) continue;
    throw new HostError(
      `Cannot use "${path}": missing client certificate ${cert} for key ${key}`,
    );
  }
  const [first] = ending(".cert");
  return {
    ca: ending(".crt").map((name) => `${path}/${name}`),
    ...(first === undefined ? {} : {
      client: {
        cert: `${path}/${first}`,
        key: `${path}/${first.replace(/cert$/, "key")}`,
      },
    }),
  };
}

function namesOf(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  } catch (cause) {
    const isMissing = cause instanceof Deno.errors.NotFound ||
      cause instanceof Deno.errors.NotADirectory;
    if (isMissing) return [];
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HostError(`Cannot read "${path}": ${why}`, { cause });
  }
}
