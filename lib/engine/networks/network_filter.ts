/**
 * Which networks a user wants listed. Pure.
 *
 * @module
 * @see docker's documentation of `docker network ls`, "Filtering"
 */
import { UsageError } from "../../base/errors.ts";
import { parseFilterBoolean } from "../filter_boolean.ts";
import { parseFilterPattern } from "../filter_pattern.ts";
import { matchesLabel } from "../label_match.ts";
import { isPredefined } from "./predefined_network.ts";
import type { ListedNetwork } from "./predefined_records.ts";

/** What networks can be filtered by. */
export const NETWORK_FILTERS = [
  "dangling",
  "driver",
  "id",
  "label",
  "name",
  "scope",
  "type",
] as const;

/** One of {@linkcode NETWORK_FILTERS}. */
export type NetworkFilterKey = typeof NETWORK_FILTERS[number];

/** Values by key; those of a key are alternatives, but for labels. */
export type NetworkFilters = ReadonlyMap<NetworkFilterKey, readonly string[]>;

type Matcher = (network: ListedNetwork) => boolean;
type UseTest = (networkId: string) => boolean;

/**
 * A test of networks.
 *
 * @param isUsed Whether a container has the network of an id.
 * @throws {UsageError} If a value is none that its key can have.
 */
export function networkMatcher(
  filters: NetworkFilters,
  isUsed: UseTest,
): Matcher {
  const all = [...filters].map(([key, values]): Matcher => {
    const matchers = values.map((value) => MAKERS[key](value, isUsed));
    return key === "label"
      ? (network): boolean => matchers.every((match) => match(network))
      : (network): boolean => matchers.some((match) => match(network));
  });
  return (network) => all.every((match) => match(network));
}

const MAKERS: Readonly<
  Record<NetworkFilterKey, (value: string, isUsed: UseTest) => Matcher>
> = {
  dangling: (value, isUsed) => {
    const isDangling = parseFilterBoolean("dangling", value);
    // What is there by itself is never left over.
    return ({ id, name }) =>
      isDangling === (!isPredefined(name) && !isUsed(id));
  },
  driver: (value) => ({ driver }) => driver === value,
  id: (value) => {
    const pattern = parseFilterPattern("id", value);
    return ({ id }) => pattern.test(id);
  },
  label: (value) => ({ labels }) => matchesLabel(labels, value),
  name: (value) => {
    const pattern = parseFilterPattern("name", value);
    return ({ name }) => pattern.test(name);
  },
  // There are none of several machines.
  scope: (value) => () => value === "local",
  type: (value) => {
    if (value !== "builtin" && value !== "custom") {
      throw new UsageError(`invalid filter 'type=${value}'`, {
        advice: "builtin or custom",
      });
    }
    return ({ name }) => isPredefined(name) === (value === "builtin");
  },
};
