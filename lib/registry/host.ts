/**
 * Hosts of registries: how they are called, where they are reached, and which
 * of them are this machine.
 *
 * @module
 */
import { DEFAULT_REGISTRY } from "../oci/reference.ts";

/**
 * The registry of names that mention none is called by its site, answers at
 * another host, and has its credentials kept under a third name.
 */
const DEFAULT_REGISTRY_HOST = `registry-1.${DEFAULT_REGISTRY}`;
const DEFAULT_REGISTRY_INDEX = `index.${DEFAULT_REGISTRY}`;

/** Where a registry answers: a host with an optional port. */
export function hostOf(registry: string): string {
  return registry === DEFAULT_REGISTRY ? DEFAULT_REGISTRY_HOST : registry;
}

/** Under which name docker's configuration keeps a registry's credentials. */
export function credentialsKeyOf(registry: string): string {
  return registry === DEFAULT_REGISTRY
    ? `https://${DEFAULT_REGISTRY_INDEX}/v1/`
    : registry;
}

/**
 * The registry that a name in docker's configuration, or of a command, means:
 * a host, or an address with a scheme or a path.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(registryOf("https://registry.example/v2/"), "registry.example");
 * assert.equal(registryOf(credentialsKeyOf("docker.io")), "docker.io");
 * ```
 */
export function registryOf(address: string): string {
  const host = address.replace(/^https?:\/\//, "").replace(/\/.*$/s, "");
  const isDefault = host === DEFAULT_REGISTRY_HOST ||
    host === DEFAULT_REGISTRY_INDEX;
  return isDefault ? DEFAULT_REGISTRY : host;
}

/**
 * Whether a host is this machine, by its name or address alone.
 *
 * @param host With an optional port: `127.0.0.1:5000`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isLoopback("localhost:5000") && isLoopback("[::1]"));
 * assert.ok(!isLoopback("127.example"));
 * ```
 */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, "");
  return name === "localhost" || name === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(name);
}
