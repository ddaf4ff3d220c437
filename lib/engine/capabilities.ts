/**
 * `--cap-add`, `--cap-drop` and `--privileged`: which capabilities a container
 * has.
 *
 * @module
 * @see capabilities(7)
 */
import {
  CAPABILITY,
  type CapabilityName,
} from "../../ffi/constants/capability.ts";
import { UsageError } from "../base/errors.ts";
import type { Capabilities } from "../oci/runtime_spec.ts";
import type { ContainerConfig } from "./container_config.ts";

/** A capability of the command line. */
export type CapabilityChoice = CapabilityName | "ALL";

/** What docker leaves a container: 14 capabilities. */
export const DEFAULT_CAPABILITIES: readonly CapabilityName[] = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_RAW",
  "CAP_SYS_CHROOT",
  "CAP_MKNOD",
  "CAP_AUDIT_WRITE",
  "CAP_SETFCAP",
];

/** All capabilities, by number. */
const ALL = Object.keys(CAPABILITY) as CapabilityName[];

/**
 * Reads the names given to a flag.
 *
 * @param what The flag, as docker's messages call it.
 * @param texts With or without `CAP_`, in any case; or `ALL`.
 * @throws {UsageError} In docker's words, naming what is no capability.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseCapabilities("CapAdd", ["net_admin", "all"]), [
 *   "CAP_NET_ADMIN",
 *   "ALL",
 * ]);
 * ```
 */
export function parseCapabilities(
  what: "CapAdd" | "CapDrop",
  texts: readonly string[],
): CapabilityChoice[] {
  return texts.map((text) => {
    const upper = text.toUpperCase();
    if (upper === "ALL") return upper;
    const wanted = upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
    const name = ALL.find((known) => known === wanted);
    if (name !== undefined) return name;
    throw new UsageError(`invalid ${what}: unknown capability: "${wanted}"`, {
      advice: "a name such as NET_ADMIN, see capabilities(7), or ALL",
    });
  });
}

/** What decides a container's capabilities. */
export type CapabilityConfig = Pick<
  ContainerConfig,
  "privileged" | "capAdd" | "capDrop"
>;

/**
 * Decides the capabilities a container's programs can have. As in docker,
 * adding ALL goes before dropping ALL, and adding one before dropping it.
 * Unlike there, `--cap-drop` takes from `--privileged` too.
 *
 * @param available What tsdocker can grant: its own, or all of them in a new
 * user namespace.
 * @returns In the kernel's order.
 * @throws {UsageError} If one is added by name that cannot be granted.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(
 *   grantedCapabilities(
 *     { privileged: false, capAdd: ["CAP_KILL"], capDrop: ["ALL"] },
 *     new Set(DEFAULT_CAPABILITIES),
 *   ),
 *   ["CAP_KILL"],
 * );
 * ```
 */
export function grantedCapabilities(
  { privileged, capAdd, capDrop }: CapabilityConfig,
  available: ReadonlySet<CapabilityName>,
): CapabilityName[] {
  const added = new Set(capAdd);
  const dropped = new Set(capDrop);
  const addsAll = added.has("ALL");
  for (const name of added) {
    if (name === "ALL" || available.has(name)) continue;
    if (addsAll && dropped.has(name)) continue;
    throw new UsageError(
      `Cannot add ${name}: tsdocker itself does not have it`,
    );
  }
  const basis = privileged ? ALL : DEFAULT_CAPABILITIES;
  const granted = ALL.filter((name) => {
    if (addsAll) return !dropped.has(name);
    if (added.has(name)) return true;
    return !dropped.has("ALL") && !dropped.has(name) && basis.includes(name);
  });
  return granted.filter((name) => available.has(name));
}

/** All capabilities: what the first process of a user namespace has there. */
export function allCapabilities(): ReadonlySet<CapabilityName> {
  return new Set(ALL);
}

/**
 * The sets of a container's program. A user other than root starts with none,
 * but the programs it executes can gain those of the bounding set.
 */
export function capabilitySets(
  granted: readonly CapabilityName[],
  { uid }: { readonly uid: number },
): Capabilities {
  const held = uid === 0 ? granted : [];
  return {
    bounding: granted,
    effective: held,
    permitted: held,
    inheritable: [],
    ambient: [],
  };
}
