/**
 * Which containers filters leave.
 *
 * @module
 */
import assert from "node:assert/strict";
import { NotFoundError, UsageError } from "../../../../lib/base/errors.ts";
import type { ContainerId } from "../../../../lib/base/identifiers.ts";
import {
  asksForEnded,
  type ContainerFilterKey,
  type ContainerFilters,
  containerMatcher,
} from "../../../../lib/engine/containers/list_filter.ts";
import type { ContainerSummary } from "../../../../lib/engine/containers/list.ts";
import {
  type PortMapping,
  portMappings,
} from "../../../../lib/engine/networks/port_mappings.ts";
import {
  BLUE,
  endpointConfig,
  networkState,
} from "../../../support/container_networks.ts";
import { containerConfig } from "../../../support/run_options.ts";

const UP = { state: "running", pid: 1, startedMs: 0 } as const;
const ENDED = { state: "exited", finishedMs: 0, oomKilled: false } as const;

/** In the order of their creation. */
const ALL: readonly ContainerSummary[] = [
  {
    config: containerConfig({
      id: "a".repeat(64) as ContainerId,
      name: "web",
      createdMs: 1,
      image: "busybox",
      labels: { app: "shop", tier: "front" },
      volumes: [{
        source: "/srv/data",
        destination: "/data",
        access: "rw",
        create: "never",
      }, {
        source: "/store/db/_data",
        destination: "/db",
        access: "rw",
        create: "never",
        volume: { name: "db", isAnonymous: false, copyUp: "if-empty" },
      }],
    }),
    status: { ...UP, health: "healthy" },
  },
  {
    config: containerConfig({
      id: "b".repeat(64) as ContainerId,
      name: "web2",
      createdMs: 2,
      image: "./debian.tar",
      labels: { app: "shop" },
      network: "host",
    }),
    status: { ...UP, state: "paused", health: "starting" },
  },
  {
    config: containerConfig({
      id: "c".repeat(64) as ContainerId,
      name: "db",
      createdMs: 3,
      image: "busybox:latest",
      network: "connected",
      networks: [
        endpointConfig({ network: BLUE, networkName: "blue" }),
        endpointConfig(),
      ],
    }),
    status: { ...ENDED, exitCode: 137 },
  },
  {
    config: containerConfig({ name: "new", createdMs: 4 }),
    status: { state: "created" },
  },
];

/** What of these has ports. */
function ports({ config }: ContainerSummary): PortMapping[] {
  const state = networkState(["8080-8081:80-81/tcp", "5353:53/udp"]);
  return config.name === "web"
    ? portMappings({ exposedPorts: ["443/tcp"] }, state)
    : [];
}

type Filter = readonly [ContainerFilterKey, readonly string[]];

function createdMs(reference: string): number {
  const found = ALL.find(({ config }) => config.name === reference);
  if (found !== undefined) return found.config.createdMs;
  throw new NotFoundError(`No such container: ${reference}`);
}

function left(...filters: Filter[]): string {
  const map: ContainerFilters = new Map(filters);
  const sources = { createdMs, ancestry: new Map(), ports };
  return ALL.filter(containerMatcher(map, sources))
    .map(({ config }) => config.name).join(" ");
}

const CASES: readonly (readonly [filters: readonly Filter[], names: string])[] =
  [
    [[], "web web2 db new"],
    // A part of a name, or a pattern for all of it.
    [[["name", ["web"]]], "web web2"],
    [[["name", ["^/?web$"]]], "web"],
    [[["name", ["^/web"]]], "web web2"],
    [[["name", ["db", "new"]]], "db new"],
    [[["id", ["bbb"]]], "web2"],
    [[["label", ["app"]]], "web web2"],
    [[["label", ["app=shop", "tier=front"]]], "web"],
    [[["label", ["app=sho"]]], ""],
    [[["status", ["running"]]], "web"],
    [[["status", ["paused", "created"]]], "web2 new"],
    [[["exited", ["137"]]], "db"],
    [[["exited", ["0"]]], ""],
    [[["ancestor", ["busybox"]]], "web db"],
    [[["ancestor", ["busybox:latest"]]], "web db"],
    [[["before", ["db"]]], "web web2"],
    [[["since", ["web2"]]], "db new"],
    [[["volume", ["/data"]]], "web"],
    [[["volume", ["/srv/data"]]], "web"],
    [[["volume", ["db"]]], "web"],
    [[["volume", ["/store/db/_data"]]], ""],
    [[["network", ["host"]]], "web2"],
    [[["health", ["healthy"]]], "web"],
    [[["health", ["none"]]], "db new"],
    [[["network", ["none"]]], "web new"],
    [[["network", ["blue"]]], "db"],
    [[["network", ["bridge", "host"]]], "web2 db"],
    [[["network", [BLUE.slice(0, 12)]]], "db"],
    [[["network", ["connected"]]], ""],
    // As in docker, what is published goes by the host's port.
    [[["publish", ["8080"]]], "web"],
    [[["publish", ["8081/tcp"]]], "web"],
    [[["publish", ["9000", "8000-9000"]]], "web"],
    [[["publish", ["80"]]], ""],
    [[["publish", ["8080/udp"]]], ""],
    [[["publish", ["5000-6000/udp"]]], "web"],
    [[["publish", ["443"]]], ""],
    [[["expose", ["80"]]], "web"],
    [[["expose", ["443-445"]]], "web"],
    [[["expose", ["53"]]], ""],
    [[["expose", ["8080"]]], ""],
    [[["is-task", ["true"]]], ""],
    [[["is-task", ["false"]]], "web web2 db new"],
    // Different keys have to fit all.
    [[["name", ["web"]], ["status", ["paused"]]], "web2"],
  ];

for (const [filters, names] of CASES) {
  const shown = filters.map(([key, values]) => `${key}=${values.join("|")}`);
  Deno.test(`containerMatcher() of ${shown} leaves "${names}"`, () => {
    assert.equal(left(...filters), names);
  });
}

const WRONG: readonly (readonly [ContainerFilterKey, string])[] = [
  ["status", "runing"],
  ["health", "ill"],
  ["exited", "many"],
  ["is-task", "perhaps"],
  ["name", "("],
  ["publish", "http"],
  ["publish", "8080:80"],
  ["expose", "80/icmp"],
  ["expose", "0"],
];

for (const [key, value] of WRONG) {
  Deno.test(`containerMatcher() refuses ${key}=${value}`, () => {
    assert.throws(() => left([key, [value]]), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.message, `invalid filter '${key}=${value}'`);
      return true;
    });
  });
}

Deno.test("containerMatcher() refuses to compare with what there is not", () => {
  assert.throws(() => left(["before", ["nosuch"]]), NotFoundError);
});

Deno.test("asksForEnded() if a filter makes no sense otherwise", () => {
  assert.ok(asksForEnded(new Map([["status", ["exited"]]])));
  assert.ok(asksForEnded(new Map([["exited", ["0"]]])));
  assert.ok(!asksForEnded(new Map([["name", ["web"]]])));
});
