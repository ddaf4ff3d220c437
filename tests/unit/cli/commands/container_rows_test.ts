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
  formatContainers,
  selectContainers,
  statusText,
} from "../../../../lib/cli/commands/container_rows.ts";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import type {
  ContainerStatus,
  ContainerSummary,
} from "../../../../lib/engine/containers/list.ts";
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

const STATUSES: readonly (readonly [ContainerStatus, string])[] = [
  [{ state: "created" }, "Created"],
  [UP, "Up 3 minutes"],
  [{ state: "running", pid: 1, startedMs: NOW - 10 }, "Up Less than a second"],
  [
    {
      state: "exited",
      exitCode: 137,
      finishedMs: NOW - 5000,
      oomKilled: false,
    },
    "Exited (137) 5 seconds ago",
  ],
  [
    {
      state: "exited",
      exitCode: 0,
      finishedMs: NOW - 60_000,
      oomKilled: false,
    },
    "Exited (0) About a minute ago",
  ],
];

for (const [status, text] of STATUSES) {
  Deno.test(`statusText() writes "${text}"`, () => {
    assert.equal(statusText(status, NOW), text);
  });
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

Deno.test("formatContainers() prints docker's columns", () => {
  assert.equal(
    formatContainers([
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
    ], { full: false, nowMs: NOW }),
    [
      "CONTAINER ID   IMAGE                  COMMAND                   CREATED         STATUS                     PORTS     NAMES",
      'aaaaaaaaaaaa   busybox                "sleep 300"               3 minutes ago   Up 3 minutes                         web',
      `bbbbbbbbbbbb   ./images/busybox.tar   "sh -c 'echo \\"a very…"   3 minutes ago   Exited (3) 2 seconds ago             able_boole`,
      "",
    ].join("\n"),
  );
});

Deno.test("formatContainers() cuts nothing if told so", () => {
  const text = formatContainers([
    container({ args: ["sh", "-c", "x".repeat(50)] }),
  ], { full: true, nowMs: NOW });
  assert.ok(text.includes("a".repeat(64)));
  assert.ok(text.includes(`"sh -c ${"x".repeat(50)}"`));
});

Deno.test("formatContainers() of none is the header docker prints", () => {
  assert.equal(
    formatContainers([], { full: false, nowMs: NOW }),
    "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n",
  );
});

Deno.test("formatContainers() lets no command steer the terminal", () => {
  const text = formatContainers([
    container({ args: ["printf", "\x1b[2J\n"], image: "\x1b]0;x\x07" }),
  ], { full: false, nowMs: NOW });
  assert.ok(text.includes('"printf \\x1b[2J\\n"'));
  assert.ok(text.includes(" \\x1b]0;x\\x07 "));
  assert.equal(text.split("\n").length, 3);
});
