/**
 * `linux.namespaces` of a container's specification.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Namespaces"
 */
import { HostError } from "../../base/errors.ts";
import type { Namespace, NamespaceType } from "../../oci/runtime_spec.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { SpecInput } from "../spec_builder.ts";

/** Flags that do without a namespace; a mount namespace every kernel has. */
const SHARING: Readonly<Partial<Record<NamespaceType, string>>> = {
  network: "--network host",
  pid: "--pid host",
  ipc: "--ipc host",
  uts: "--uts host",
  user: "--userns host",
};

/**
 * The namespaces a container has of its own. Nothing is shared with the host
 * silently; only a cgroup namespace, which hides names and no more, is left out
 * where the kernel lacks it.
 *
 * @throws {HostError} If the kernel lacks one.
 */
export function buildNamespaces(
  config: ContainerConfig,
  { namespaces: available, networkPath }: Pick<
    SpecInput,
    "namespaces" | "networkPath"
  >,
): Namespace[] {
  return wantedNamespaces(config)
    .filter((type) => type !== "cgroup" || available.has(type))
    .map((type) => {
      if (type === "network" && networkPath !== undefined) {
        return { type, path: networkPath };
      }
      if (available.has(type)) return { type };
      throw new HostError(
        `Cannot give the container a ${type} namespace: this kernel has none`,
        { advice: SHARING[type] ?? "tsdocker doctor" },
      );
    });
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
