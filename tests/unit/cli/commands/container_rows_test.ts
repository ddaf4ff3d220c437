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
  type ContainerProgress,
  type ContainerRow,
  formatContainers,
  selectContainers,
  statusText,
} from "../../../../lib/cli/commands/container_rows.ts";

const NOW = 1_000_000_000;

function id(digit: string): ContainerId {
  const text = digit.repeat(64);
  return isContainerId(text) ? text : assert.fail();
}

function row(changes: Partial<ContainerRow>): ContainerRow {
  return {
    id: id("a"),
    image: "busybox",
    command: ["sleep", "300"],
    createdAtMs: NOW - 180_000,
    progress: { status: "running", startedAtMs: NOW - 180_000 },
    ports: "",
    name: "web",
    ...changes,
  };
}

const STATUSES: readonly (readonly [ContainerProgress, string])[] = [
  [{ status: "created" }, "Created"],
  [{ status: "running", startedAtMs: NOW - 180_000 }, "Up 3 minutes"],
  [{ status: "running", startedAtMs: NOW - 10 }, "Up Less than a second"],
  [{ status: "paused", startedAtMs: NOW - 1000 }, "Up 1 second (Paused)"],
  [
    { status: "exited", exitCode: 137, finishedAtMs: NOW - 5000 },
    "Exited (137) 5 seconds ago",
  ],
  [
    { status: "exited", exitCode: 0, finishedAtMs: NOW - 60_000 },
    "Exited (0) About a minute ago",
  ],
];

for (const [progress, text] of STATUSES) {
  Deno.test(`statusText() writes "${text}"`, () => {
    assert.equal(statusText(progress, NOW), text);
  });
}

const NEW = row({
  id: id("1"),
  createdAtMs: 3,
  progress: { status: "created" },
});
const MIDDLE = row({ id: id("2"), createdAtMs: 2 });
const OLD = row({
  id: id("3"),
  createdAtMs: 1,
  progress: { status: "paused", startedAtMs: 1 },
});
const THREE = [OLD, NEW, MIDDLE];

Deno.test("selectContainers() keeps what runs, the newest first", () => {
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
      row({}),
      row({
        id: id("b"),
        image: "./images/busybox.tar",
        command: ["sh", "-c", 'echo "a very long line"'],
        progress: { status: "exited", exitCode: 3, finishedAtMs: NOW - 2000 },
        name: "able_boole",
      }),
    ], { full: false, nowMs: NOW }),
    [
      "CONTAINER ID   IMAGE                  COMMAND                   CREATED         STATUS                     PORTS     NAMES",
      'aaaaaaaaaaaa   busybox                "sleep 300"               3 minutes ago   Up 3 minutes                         web',
      'bbbbbbbbbbbb   ./images/busybox.tar   "sh -c echo \\"a very …"   3 minutes ago   Exited (3) 2 seconds ago             able_boole',
      "",
    ].join("\n"),
  );
});

Deno.test("formatContainers() cuts nothing if told so", () => {
  const command = ["sh", "-c", "x".repeat(50)];
  const text = formatContainers([row({ command })], { full: true, nowMs: NOW });
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
    row({ command: ["printf", "\x1b[2J\n"], image: "\x1b]0;x\x07" }),
  ], { full: false, nowMs: NOW });
  assert.ok(text.includes('"printf \\x1b[2J\\n"'));
  assert.ok(text.includes(" \\x1b]0;x\\x07 "));
  assert.equal(text.split("\n").length, 3);
});
