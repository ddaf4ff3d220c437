/**
 * Which containers a user wants listed.
 *
 * @module
 * @see docker's documentation of `docker ps`, "Filtering"
 */
import { UsageError } from "../../base/errors.ts";
import { parseFilterBoolean } from "../filter_boolean.ts";
import type { AncestryTest } from "../images/ancestry.ts";
import { matchesLabel } from "../label_match.ts";
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

/**
 * A test of containers.
 *
 * @param createdMs When the container that a user calls so was created; throws
 * if there is none.
 * @param ancestry Tests by the image that they are for; one that is missing is
 * no image of the store, and containers are known by what they were run as.
 * @throws {UsageError} If a value is none that its key can have.
 */
export function containerMatcher(
  filters: ContainerFilters,
  createdMs: (reference: string) => number,
  ancestry: ReadonlyMap<string, AncestryTest> = new Map(),
): Matcher {
  const all = [...filters].map(([key, values]): Matcher => {
    const matchers = values.map((value) =>
      MAKERS[key](value, createdMs, ancestry)
    );
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

type MatcherMaker = (
  value: string,
  createdMs: (reference: string) => number,
  ancestry: ReadonlyMap<string, AncestryTest>,
) => Matcher;

const MAKERS: Readonly<Record<ContainerFilterKey, MatcherMaker>> = {
  ancestor: (value, _createdMs, ancestry) => {
    const descends = ancestry.get(value);
    return ({ config }) =>
      descends === undefined || config.imageId === undefined
        ? withoutLatest(config.image) === withoutLatest(value)
        : descends(config);
  },
  before: (value, createdMs) => {
    const limitMs = createdMs(value);
    return ({ config }) => config.createdMs < limitMs;
  },
  since: (value, createdMs) => {
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
    const pattern = regularExpression("id", value);
    return ({ config }) => pattern.test(config.id);
  },
  "is-task": (value) => {
    // There are no services whose task a container could be.
    const isTask = parseFilterBoolean("is-task", value);
    return () => !isTask;
  },
  label: (value) => ({ config }) => matchesLabel(config.labels, value),
  name: (value) => {
    const pattern = regularExpression("name", value);
    return ({ config: { name } }) =>
      pattern.test(name) || pattern.test(`/${name}`);
  },
  network: (value) => ({ config }) => config.network === value,
  // No network that publishes ports exists yet.
  publish: () => () => false,
  expose: () => () => false,
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

/** Docker's users rely on patterns: `^/?web$`, or just a part. */
function regularExpression(key: string, value: string): RegExp {
  try {
    return new RegExp(value, "u");
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(key, value);
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
