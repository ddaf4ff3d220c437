/**
 * The file that tells of mirrors and of registries that are not reached by
 * verified TLS.
 *
 * @module
 */
import { JsonValue } from "../base/json_value.ts";
import type { Certificates } from "./certificate_directories.ts";

/** What the file says of one registry, or of one mirror. */
export interface RegistrySettings {
  /** Where to look first when pulling: hosts, perhaps with a path. */
  readonly mirrors: readonly string[];
  /** Whether its certificate is not verified, and plain HTTP will do. */
  readonly isInsecure: boolean;
  /** A file of certificates to trust besides the system's. */
  readonly ca?: string;
  /** What its directories have; not of the file. */
  readonly certificates?: Certificates;
}

/** How registries are set up, by host with port. */
export interface Registries {
  get(registry: string): RegistrySettings | undefined;
}

const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?$/;
const MIRROR_PATH = /^(?:\/[A-Za-z0-9._-]+)*$/;
const KNOWN = ["mirrors", "insecure", "ca"];

/**
 * Reads the file.
 *
 * @param path For messages.
 * @throws {SpecError} If it is not what it should be; a misspelt member is
 * refused, since it would be about security.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const text = '{"registries":{"registry.example":{"insecure":true}}}';
 * const found = parseRegistries(text, "registries.json");
 * assert.deepEqual(found.get("registry.example"), {
 *   mirrors: [],
 *   isInsecure: true,
 * });
 * ```
 */
export function parseRegistries(
  text: string,
  path: string,
): ReadonlyMap<string, RegistrySettings> {
  const root = JsonValue.parse(text, `Cannot use "${path}"`);
  refuseUnknown(root, ["registries"]);
  return new Map(
    root.member("registries").members().map(([host, settings]) => {
      if (!HOST.test(host)) settings.refuse(`belongs to no host ("${host}")`);
      return [host, readSettings(settings)];
    }),
  );
}

function readSettings(value: JsonValue): RegistrySettings {
  refuseUnknown(value, KNOWN);
  const insecure = value.member("insecure");
  const isKnown = insecure.value === undefined ||
    typeof insecure.value === "boolean";
  if (!isKnown) insecure.refuse("is neither true nor false");
  const ca = value.member("ca").optional((file) => readPath(file));
  const isInsecure = insecure.value === true;
  if (isInsecure && ca !== undefined) {
    insecure.refuse('contradicts "ca": what is not verified needs none');
  }
  return {
    mirrors: value.member("mirrors").elements().map(readMirror),
    isInsecure,
    ...(ca === undefined ? {} : { ca }),
  };
}

function readPath(value: JsonValue): string {
  const path = value.text();
  if (!path.startsWith("/")) value.refuse("is not an absolute path");
  return path;
}

function readMirror(value: JsonValue): string {
  const text = value.text();
  const bare = text.replace(/^https:\/\//, "").replace(/\/$/, "");
  const slash = bare.indexOf("/");
  const host = slash < 0 ? bare : bare.slice(0, slash);
  const path = slash < 0 ? "" : bare.slice(slash);
  if (HOST.test(host) && MIRROR_PATH.test(path)) return bare;
  return value.refuse(
    'is not a host with an optional port and path (plain HTTP is its own "insecure")',
  );
}

function refuseUnknown(value: JsonValue, known: readonly string[]): void {
  for (const [name, member] of value.members()) {
    if (!known.includes(name)) {
      member.refuse(`is not one of ${known.join(", ")}`);
    }
  }
}
