/**
 * What `ps` shows.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type ContainerId,
  isContainerId,
} from "../../../../lib/base/identifiers.ts";
import {
  CONTAINER_LAYOUT,
  containerRow,
  selectContainers,
  SIZED_CONTAINER_LAYOUT,
} from "../../../../lib/cli/commands/container_rows.ts";
import {
  formatRows,
  parseRowFormat,
} from "../../../../lib/cli/output/row_format.ts";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import type {
  ContainerStatus,
  ContainerSummary,
} from "../../../../lib/engine/containers/list.ts";
import { portMappings } from "../../../../lib/engine/networks/port_mappings.ts";
import {
  BLUE,
  endpointConfig,
  networkState,
} from "../../../support/container_networks.ts";
import { containerConfig } from "../../../support/run_options.ts";

const NOW = 1_000_000_000;
const UP: ContainerStatus = {
  state: "running",
  pid: 1,
  startedMs: NOW - 180_000,
};

function id(digit: string): ContainerId {
  const text = digit.repeat(64);
  return isContainerId(text) ? text : assert.fail();
}

function container(
  changes: Partial<ContainerConfig>,
  status: ContainerStatus = UP,
): ContainerSummary {
  const config = containerConfig({
    id: id("a"),
    name: "web",
    createdMs: NOW - 180_000,
    image: "busybox",
    args: ["sleep", "300"],
    ...changes,
  });
  return { config, status };
}

const NEW = container({ id: id("1") }, { state: "created" });
const MIDDLE = container({ id: id("2") });
const OLD = container({ id: id("3") });
const THREE = [NEW, MIDDLE, OLD];

Deno.test("selectContainers() keeps what runs", () => {
  assert.deepEqual(selectContainers(THREE, { all: false, last: -1 }), [
    MIDDLE,
    OLD,
  ]);
});

Deno.test("selectContainers() keeps all if asked to", () => {
  assert.deepEqual(selectContainers(THREE, { all: true, last: -1 }), [
    NEW,
    MIDDLE,
    OLD,
  ]);
});

Deno.test("selectContainers() keeps the last ones, running or not", () => {
  assert.deepEqual(selectContainers(THREE, { all: false, last: 1 }), [NEW]);
  assert.deepEqual(selectContainers(THREE, { all: false, last: 2 }), [
    NEW,
    MIDDLE,
  ]);
  assert.deepEqual(selectContainers(THREE, { all: true, last: 0 }), []);
  assert.deepEqual(selectContainers(THREE, { all: true, last: 9 }).length, 3);
});

/** As `ps` prints them, 20 characters of a command at most. */
function table(...containers: ContainerSummary[]): string {
  const rows = containers.map((one) =>
    containerRow(one, { full: false, nowMs: NOW })
  );
  return formatRows(rows, CONTAINER_LAYOUT, parseRowFormat(undefined));
}

Deno.test("containerRow() fills docker's columns", () => {
  assert.equal(
    table(
      container({}),
      container({
        id: id("b"),
        image: "./images/busybox.tar",
        args: ["sh", "-c", 'echo "a very long line"'],
        name: "able_boole",
      }, {
        state: "exited",
        exitCode: 3,
        finishedMs: NOW - 2000,
        oomKilled: false,
      }),
    ),
    [
      "CONTAINER ID   IMAGE                  COMMAND                   CREATED         STATUS                     PORTS     NAMES",
      'aaaaaaaaaaaa   busybox                "sleep 300"               3 minutes ago   Up 3 minutes                         web',
      `bbbbbbbbbbbb   ./images/busybox.tar   "sh -c 'echo \\"a very…"   3 minutes ago   Exited (3) 2 seconds ago             able_boole`,
      "",
    ].join("\n"),
  );
});

Deno.test("containerRow() cuts nothing if told so", () => {
  const source = "/a/long/path/to/a/directory";
  const volume = { source, destination: "/d", access: "rw", create: "never" };
  const one = container({
    args: ["sh", "-c", "x".repeat(50)],
    volumes: [volume as ContainerConfig["volumes"][number]],
  });
  const full = containerRow(one, { full: true, nowMs: NOW });
  assert.equal(full.ID, "a".repeat(64));
  assert.equal(full.Command, `"sh -c ${"x".repeat(50)}"`);
  assert.equal(full.Mounts, source);
  const cut = containerRow(one, { full: false, nowMs: NOW });
  assert.equal(cut.Mounts, "/a/long/path/t…");
});

Deno.test("containerRow() calls volumes by name, and counts them", () => {
  const volume = {
    source: "/s",
    destination: "/d",
    access: "rw",
    create: "never",
  };
  const use = { name: "db", isAnonymous: false, copyUp: "if-empty" };
  const volumes = [volume, { ...volume, volume: use }];
  const row = containerRow(
    container({ volumes: volumes as ContainerConfig["volumes"] }),
    { full: false, nowMs: NOW },
  );
  assert.equal(row.Mounts, "/s,db");
  assert.equal(row.LocalVolumes, "1");
});

Deno.test("containerRow() has docker's fields, sorted, as JSON", () => {
  const row = containerRow(container({ labels: { b: "2", a: "" } }), {
    full: false,
    nowMs: NOW,
  });
  const json = formatRows([row], CONTAINER_LAYOUT, parseRowFormat("json"));
  const { CreatedAt, ...fields } = JSON.parse(json);
  assert.match(
    CreatedAt,
    /^1970-01-1\d \d\d:\d\d:\d\d [+-]\d{4} (UTC|[+-]\d{4})$/,
  );
  assert.deepEqual(fields, {
    Command: '"sleep 300"',
    ID: "aaaaaaaaaaaa",
    Image: "busybox",
    Labels: "a=,b=2",
    LocalVolumes: "0",
    Mounts: "",
    Names: "web",
    Networks: "none",
    Ports: "",
    RunningFor: "3 minutes ago",
    Size: "0B",
    State: "running",
    Status: "Up 3 minutes",
  });
  const names = Object.keys(JSON.parse(json));
  assert.deepEqual(names, names.toSorted());
});

Deno.test("containerRow() gives labels by name, and heads them", () => {
  const row = containerRow(container({ labels: { "com.x.the-role": "db" } }), {
    full: false,
    nowMs: NOW,
  });
  const format = parseRowFormat(
    'table {{.Label "com.x.the-role"}}|{{.Label "toString"}}',
  );
  assert.equal(
    formatRows([row], CONTAINER_LAYOUT, format),
    "the role|toString\ndb|\n",
  );
});

Deno.test("containerRow() tells sizes, written and in all", () => {
  const row = containerRow(container({}), {
    full: false,
    nowMs: NOW,
    size: { writtenBytes: 12, totalBytes: 2_100_000 },
  });
  assert.equal(row.Size, "12B (virtual 2.1MB)");
  const format = parseRowFormat(undefined);
  const [heading = "", line = ""] = formatRows(
    [row],
    SIZED_CONTAINER_LAYOUT,
    format,
  ).split("\n");
  assert.match(heading, /NAMES {5}SIZE$/);
  assert.match(line, /web {7}12B \(virtual 2\.1MB\)$/);
});

Deno.test("containerRow() of none is the heading docker prints", () => {
  assert.equal(
    table(),
    "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n",
  );
});

Deno.test("containerRow() lets no command steer the terminal", () => {
  const text = table(
    container({ args: ["printf", "\x1b[2J\n"], image: "\x1b]0;x\x07" }),
  );
  assert.ok(text.includes('"printf \\x1b[2J\\n"'));
  assert.ok(text.includes(" \\x1b]0;x\\x07 "));
  assert.equal(text.split("\n").length, 3);
});

Deno.test("containerRow() tells networks and ports", () => {
  const one = container({
    network: "connected",
    networks: [
      endpointConfig({ network: BLUE, networkName: "blue" }),
      endpointConfig(),
    ],
  });
  const row = containerRow(one, {
    full: false,
    nowMs: NOW,
    ports: portMappings({}, networkState(["8080:80/tcp"])),
  });
  assert.equal(row.Networks, "blue,bridge");
  assert.equal(row.Ports, "0.0.0.0:8080->80/tcp");
});
