/**
 * Which networks filters leave.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../../lib/base/errors.ts";
import {
  type NetworkFilterKey,
  networkMatcher,
} from "../../../../lib/engine/networks/network_filter.ts";
import {
  type ListedNetwork,
  PREDEFINED_IDS,
  PREDEFINED_RECORDS,
} from "../../../../lib/engine/networks/predefined_records.ts";
import { BLUE } from "../../../support/container_networks.ts";

const MADE: ListedNetwork = {
  id: BLUE,
  name: "blue",
  driver: "bridge",
  createdMs: 1,
  device: "tsd-1",
  access: "world",
  subnets: [],
  labels: { app: "shop", tier: "front" },
  options: {},
};
const RED: ListedNetwork = {
  ...MADE,
  id: "ed".repeat(32),
  name: "red",
  driver: "macvlan",
  labels: {},
};
const ALL = [...PREDEFINED_RECORDS, MADE, RED];

type Filter = readonly [NetworkFilterKey, readonly string[]];

/** Of the networks, a container has the first that has been made. */
function left(...filters: Filter[]): string {
  const matches = networkMatcher(new Map(filters), (id) => id === BLUE);
  return ALL.filter(matches).map(({ name }) => name).join(" ");
}

const CASES: readonly (readonly [readonly Filter[], string])[] = [
  [[], "bridge host none blue red"],
  [[["driver", ["bridge"]]], "bridge blue"],
  [[["driver", ["null", "host"]]], "host none"],
  [[["driver", ["brid"]]], ""],
  [[["id", [BLUE.slice(0, 12)]]], "blue"],
  [[["id", [PREDEFINED_IDS.host]]], "host"],
  [[["name", ["b"]]], "bridge blue"],
  [[["name", ["^b.*e$"]]], "bridge blue"],
  [[["name", ["red", "none"]]], "none red"],
  [[["label", ["app"]]], "blue"],
  [[["label", ["app", "tier=back"]]], ""],
  [[["scope", ["local"]]], "bridge host none blue red"],
  [[["scope", ["swarm"]]], ""],
  [[["type", ["builtin"]]], "bridge host none"],
  [[["type", ["custom"]]], "blue red"],
  [[["type", ["custom", "builtin"]]], "bridge host none blue red"],
  [[["dangling", ["true"]]], "red"],
  [[["dangling", ["0"]]], "bridge host none blue"],
  [[["type", ["custom"]], ["driver", ["bridge"]]], "blue"],
];

for (const [filters, names] of CASES) {
  const shown = filters.map(([key, values]) => `${key}=${values.join("|")}`);
  Deno.test(`networkMatcher() of ${shown} leaves "${names}"`, () => {
    assert.equal(left(...filters), names);
  });
}

const WRONG: readonly (readonly [NetworkFilterKey, string])[] = [
  ["type", "mine"],
  ["dangling", "perhaps"],
  ["name", "("],
  ["id", "["],
];

for (const [key, value] of WRONG) {
  Deno.test(`networkMatcher() refuses ${key}=${value}`, () => {
    assert.throws(
      () => left([key, [value]]),
      (error) =>
        error instanceof UsageError &&
        error.message === `invalid filter '${key}=${value}'`,
    );
  });
}
