/**
 * Which containers a user wants listed.
 *
 * @module
 * @see docker's documentation of `docker ps`, "Filtering"
 */
import { UsageError } from "../../base/errors.ts";
import { parseFilterBoolean } from "../filter_boolean.ts";
import { parseFilterPattern } from "../filter_pattern.ts";
import type { AncestryTest } from "../images/ancestry.ts";
import { matchesLabel } from "../label_match.ts";
import { parseExposedPorts } from "../../network/port_publication.ts";
import { overlapsRange } from "../../network/port_ranges.ts";
import { isInNetwork } from "../networks/network_names.ts";
import type { ExposedPorts, PortMapping } from "../networks/port_mappings.ts";
import type { ContainerSummary } from "./list.ts";

/** What containers can be filtered by. */
export const CONTAINER_FILTERS = [
  "ancestor",
  "before",
  "exited",
  "expose",
  "health",
  "id",
  "is-task",
  "label",
  "name",
  "network",
  "publish",
  "since",
  "status",
  "volume",
] as const;

/** One of {@linkcode CONTAINER_FILTERS}. */
export type ContainerFilterKey = typeof CONTAINER_FILTERS[number];

/** Values by key; those of a key are alternatives, but for labels. */
export type ContainerFilters = ReadonlyMap<
  ContainerFilterKey,
  readonly string[]
>;

const STATES: ReadonlySet<string> = new Set([
  "created",
  "restarting",
  "running",
  "removing",
  "paused",
  "exited",
  "dead",
]);
const HEALTHS: ReadonlySet<string> = new Set([
  "starting",
  "healthy",
  "unhealthy",
  "none",
]);

type Matcher = (container: ContainerSummary) => boolean;

/** What tests ask, other than the container. */
export interface FilterSources {
  /**
   * When the container that a user calls so was created; throws if there is
   * none.
   */
  createdMs(reference: string): number;
  /**
   * Tests by the image that they are for; one that is missing is no image of
   * the store, and containers are known by what they were run as.
   */
  readonly ancestry: ReadonlyMap<string, AncestryTest>;
  /** The ports that a container has right now. */
  ports(container: ContainerSummary): readonly PortMapping[];
}

/**
 * A test of containers.
 *
 * @throws {UsageError} If a value is none that its key can have.
 */
export function containerMatcher(
  filters: ContainerFilters,
  sources: FilterSources,
): Matcher {
  const all = [...filters].map(([key, values]): Matcher => {
    const matchers = values.map((value) => MAKERS[key](value, sources));
    // As in docker, a container needs to have all labels asked for.
    return key === "label"
      ? (container): boolean => matchers.every((match) => match(container))
      : (container): boolean => matchers.some((match) => match(container));
  });
  return (container) => all.every((match) => match(container));
}

/** Whether filters ask for containers that do not run. */
export function asksForEnded(filters: ContainerFilters): boolean {
  return filters.has("status") || filters.has("exited");
}

type MatcherMaker = (value: string, sources: FilterSources) => Matcher;

const MAKERS: Readonly<Record<ContainerFilterKey, MatcherMaker>> = {
  ancestor: (value, { ancestry }) => {
    const descends = ancestry.get(value);
    return ({ config }) =>
      descends === undefined || config.imageId === undefined
        ? withoutLatest(config.image) === withoutLatest(value)
        : descends(config);
  },
  before: (value, { createdMs }) => {
    const limitMs = createdMs(value);
    return ({ config }) => config.createdMs < limitMs;
  },
  since: (value, { createdMs }) => {
    const limitMs = createdMs(value);
    return ({ config }) => config.createdMs > limitMs;
  },
  exited: (value) => {
    if (!/^-?\d+$/.test(value)) throw invalid("exited", value);
    return ({ status }) =>
      status.state === "exited" && status.exitCode === Number(value);
  },
  health: (value) => {
    const wanted = check("health", value, HEALTHS);
    return ({ status }) =>
      ("health" in status ? status.health : undefined) ===
        (wanted === "none" ? undefined : wanted);
  },
  id: (value) => {
    const pattern = parseFilterPattern("id", value);
    return ({ config }) => pattern.test(config.id);
  },
  "is-task": (value) => {
    // There are no services whose task a container could be.
    const isTask = parseFilterBoolean("is-task", value);
    return () => !isTask;
  },
  label: (value) => ({ config }) => matchesLabel(config.labels, value),
  name: (value) => {
    const pattern = parseFilterPattern("name", value);
    return ({ config: { name } }) =>
      pattern.test(name) || pattern.test(`/${name}`);
  },
  network: (value) => ({ config }) => isInNetwork(config, value),
  publish: (value, { ports }) => {
    const wanted = parsePorts("publish", value);
    return (container) =>
      ports(container).some(({ protocol, host }) =>
        protocol === wanted.protocol && host !== undefined &&
        overlapsRange(host.ports, wanted.containerPorts)
      );
  },
  expose: (value, { ports }) => {
    const wanted = parsePorts("expose", value);
    return (container) =>
      ports(container).some(({ protocol, containerPorts }) =>
        protocol === wanted.protocol &&
        overlapsRange(containerPorts, wanted.containerPorts)
      );
  },
  status: (value) => {
    const wanted = check("status", value, STATES);
    return ({ status }) => status.state === wanted;
  },
  volume: (value) => ({ config }) =>
    config.volumes.some(({ source, destination, volume }) =>
      (volume?.name ?? source) === value || destination === value
    ),
};

function withoutLatest(image: string): string {
  return image.replace(/:latest$/, "");
}

/** A port or several, such as `80-90/udp`. */
function parsePorts(key: ContainerFilterKey, value: string): ExposedPorts {
  try {
    return parseExposedPorts(value);
  } catch (error) {
    if (error instanceof UsageError) throw invalid(key, value);
    throw error;
  }
}

function check(
  key: ContainerFilterKey,
  value: string,
  known: ReadonlySet<string>,
): string {
  if (known.has(value)) return value;
  throw new UsageError(`invalid filter '${key}=${value}'`, {
    advice: `one of ${[...known].join(", ")}`,
  });
}

function invalid(key: string, value: string): UsageError {
  return new UsageError(`invalid filter '${key}=${value}'`);
}
