/**
 * Ids of a container's user namespace as ids of the host.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "User namespace mappings"
 * @see user_namespaces(7), "User and group ID mappings: uid_map and gid_map"
 */
import { SpecError } from "../../base/errors.ts";
import type { IdMapping, RuntimeSpec } from "../../oci/runtime_spec.ts";
import { translateId } from "../../oci/translate_id.ts";
import type { LaunchPlan } from "./step.ts";

/** Which of the two kinds of ids. */
export type IdKind = "uid" | "gid";

/** The kernel wants a whole map in less than a page. */
const MAX_MAP_BYTES = 4095;

/** Whether the container has a new user namespace. */
export function isUserNamespaced(spec: RuntimeSpec): boolean {
  return spec.linux.namespaces.some(({ type }) => type === "user");
}

/**
 * The maps of a container's user namespace as the kernel reads them.
 *
 * @returns `undefined` if it has none.
 * @throws {SpecError} If it has mappings and no namespace, or the reverse; if
 * the ids that set it up and run it are not mapped; if it is to join one.
 */
export function idMaps(spec: RuntimeSpec): LaunchPlan["idMaps"] {
  const { namespaces, uidMappings = [], gidMappings = [] } = spec.linux;
  const index = namespaces.findIndex(({ type }) => type === "user");
  if (index < 0) {
    if (uidMappings.length === 0 && gidMappings.length === 0) return undefined;
    throw new SpecError(
      "/linux/uidMappings",
      "Cannot map ids without a new user namespace",
    );
  }
  const path = namespaces[index]?.path;
  if (path !== undefined) {
    throw new SpecError(
      `/linux/namespaces/${index}/path`,
      `Cannot join the user namespace "${path}"`,
    );
  }
  const { uid, gid, additionalGids } = spec.process.user;
  for (const id of [0, uid]) hostId(spec, "uid", id);
  for (const id of [0, gid, ...additionalGids]) hostId(spec, "gid", id);
  return {
    uid: mapText(uidMappings, "/linux/uidMappings"),
    gid: mapText(gidMappings, "/linux/gidMappings"),
  };
}

/**
 * What an id of the container is on the host.
 *
 * @returns The id itself without a user namespace.
 * @throws {SpecError} If it is not mapped.
 */
export function hostId(spec: RuntimeSpec, kind: IdKind, id: number): number {
  const found = tryHostId(spec, kind, id);
  if (found !== undefined) return found;
  throw new SpecError(
    `/linux/${kind}Mappings`,
    `Cannot use ${kind} ${id}: the container's user namespace does not map it`,
  );
}

/** Like {@linkcode hostId}, but `undefined` if it is not mapped. */
export function tryHostId(
  spec: RuntimeSpec,
  kind: IdKind,
  id: number,
): number | undefined {
  if (!isUserNamespaced(spec)) return id;
  const { uidMappings, gidMappings } = spec.linux;
  return translateId((kind === "uid" ? uidMappings : gidMappings) ?? [], id);
}

/**
 * Mappings as lines of `/proc/PID/uid_map`.
 *
 * @param pointer Where they are in the specification, for the error.
 * @throws {SpecError} If the text is longer than the kernel takes.
 */
export function mapText(
  mappings: readonly IdMapping[],
  pointer: string,
): string {
  const text = mappings.map(({ containerID, hostID, size }) =>
    `${containerID} ${hostID} ${size}\n`
  ).join("");
  if (text.length <= MAX_MAP_BYTES) return text;
  throw new SpecError(
    pointer,
    `Cannot map ids in ${mappings.length} ranges: their text is longer than ${MAX_MAP_BYTES} bytes`,
  );
}
