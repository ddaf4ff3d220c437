/**
 * `linux.namespaces` of a container's specification.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Namespaces"
 */
import { HostError } from "../../base/errors.ts";
import type { Namespace, NamespaceType } from "../../oci/runtime_spec.ts";
import type { ContainerConfig } from "../container_config.ts";

/**
 * The namespaces a container has of its own. One that the kernel lacks is left
 * out; a user namespace is never, since it was asked for.
 *
 * @param available Kinds this kernel has.
 * @throws {HostError} If a user namespace is needed and the kernel has none.
 */
export function buildNamespaces(
  config: ContainerConfig,
  available: ReadonlySet<NamespaceType>,
): Namespace[] {
  if (config.idMappings !== undefined && !available.has("user")) {
    throw new HostError(
      "Cannot give the container a user namespace: this kernel has none",
      { advice: "--userns host" },
    );
  }
  return wantedNamespaces(config)
    .filter((type) => available.has(type))
    .map((type) => ({ type }));
}

function wantedNamespaces(config: ContainerConfig): NamespaceType[] {
  const wanted: NamespaceType[] = ["mount"];
  if (config.pid === "private") wanted.push("pid");
  if (config.uts === "private") wanted.push("uts");
  if (config.ipc !== "host") wanted.push("ipc");
  if (config.cgroupns === "private") wanted.push("cgroup");
  if (config.network !== "host") wanted.push("network");
  if (config.idMappings !== undefined) wanted.push("user");
  return wanted;
}
