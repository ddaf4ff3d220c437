/**
 * `-p`, `-P` and `--expose`: the ports of a container. Pure.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import {
  formatPublication,
  parseExposedPorts,
  parsePublication,
  type PortPublication,
} from "../../network/port_publication.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { RunOptions } from "../run_options.ts";

/** A port of a container, or several in a row. */
type Ports = Pick<PortPublication, "protocol" | "containerPorts">;

/** What of a configuration is about ports. */
export type ConfiguredPorts = Pick<
  ContainerConfig,
  "exposedPorts" | "publish" | "publishAll"
>;

/**
 * Reads which ports a container has, and where the host has them.
 *
 * @throws {UsageError} If a value is malformed. What an image has of those is
 * left out: its user cannot change it.
 */
export function configurePorts(
  { publish, publishAll, expose, imageSettings }: Pick<
    RunOptions,
    "publish" | "publishAll" | "expose" | "imageSettings"
  >,
): ConfiguredPorts {
  const exposed = [
    ...(imageSettings?.ExposedPorts ?? []).flatMap(imagePorts),
    ...expose.map(parseExposedPorts),
  ].flatMap(eachPort);
  const asked = publish.map(parsePublication);
  const unpublished = publishAll
    ? exposed.filter((port) => !asked.some((one) => covers(one, port)))
    : [];
  const published = unique([...asked, ...unpublished].map(formatPublication));
  return {
    exposedPorts: unique(exposed.map(formatPort)),
    ...(published.length === 0 ? {} : { publish: published }),
    ...(publishAll ? { publishAll } : {}),
  };
}

function imagePorts(text: string): Ports[] {
  try {
    return [parseExposedPorts(text)];
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}

/** As in docker, a range of exposed ports is as many ports. */
function eachPort(
  { protocol, containerPorts: { first, last } }: Ports,
): Ports[] {
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    protocol,
    containerPorts: { first: first + index, last: first + index },
  }));
}

function covers(
  publication: PortPublication,
  { protocol, containerPorts }: Ports,
): boolean {
  const { first, last } = publication.containerPorts;
  return publication.protocol === protocol &&
    first <= containerPorts.first && containerPorts.last <= last;
}

function formatPort({ protocol, containerPorts }: Ports): string {
  return `${containerPorts.first}/${protocol}`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
