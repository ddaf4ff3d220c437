/**
 * By which names the neighbours of a container know it. Pure.
 *
 * @module
 */
import { shortId } from "../../base/identifiers.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { EndpointConfig } from "./network_config.ts";

/**
 * The names of a container in one of its networks: its own, its aliases there,
 * the host name it was given, and the short form of its id; each once.
 *
 * A host name that is the host's (`--uts host`) is none of the container's, and
 * its neighbours mean the host by it.
 */
export function endpointNames(
  { id, name, hostname, uts }: Pick<
    ContainerConfig,
    "id" | "name" | "hostname" | "uts"
  >,
  { aliases }: Pick<EndpointConfig, "aliases">,
): string[] {
  const given = uts === "private" ? [hostname] : [];
  const short = shortId(id);
  // The host name it has if none was given is the short form, which comes last.
  const names = [name, ...aliases, ...given].filter((one) => one !== short);
  return [...new Set([...names, short])];
}
