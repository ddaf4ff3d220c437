/** @module */
import assert from "node:assert/strict";
import { UsageError } from "../../../../lib/base/errors.ts";
import { applyChanges } from "../../../../lib/engine/images/change_instruction.ts";
import type { ImageSettings } from "../../../../lib/oci/image_spec.ts";

const SECOND_NS = 1e9;

/** What is there before. */
const BEFORE: ImageSettings = {
  Cmd: ["old"],
  Entrypoint: ["/entry"],
  Env: ["PATH=/bin", "A=1"],
  ExposedPorts: ["80/tcp"],
  Labels: { x: "y" },
  OnBuild: ["RUN a"],
  Volumes: ["/v"],
  WorkingDir: "/srv",
};

const CHANGES: readonly (readonly [change: string, after: ImageSettings])[] = [
  ['CMD ["a", "b c"]', { Cmd: ["a", "b c"] }],
  ["CMD echo $A", { Cmd: ["/bin/sh", "-c", "echo $A"] }],
  ["cmd  [not, json]  ", { Cmd: ["/bin/sh", "-c", "[not, json]"] }],
  ["CMD []", { Cmd: [] }],
  ["CMD=/bin/true x", { Cmd: ["/bin/sh", "-c", "/bin/true x"] }],
  ["ENV B=2 C='3 4'", { Env: ["PATH=/bin", "A=1", "B=2", "C=3 4"] }],
  ['ENV PATH=/x:$PATH "Q R"=${A}', {
    Env: ["PATH=/x:/bin", "A=1", "Q R=1"],
  }],
  ["ENV B  two  words ", { Env: ["PATH=/bin", "A=1", "B=two  words"] }],
  ["ENV A=5 B=$A", { Env: ["PATH=/bin", "A=5", "B=1"] }],
  ["ENV A=", { Env: ["PATH=/bin", "A="] }],
  ['ENV B=a\\ b\\"c', { Env: ["PATH=/bin", "A=1", 'B=a b"c'] }],
  ["ENV B=${X:-$A}-${A:+set}-${X:+no}-$", {
    Env: ["PATH=/bin", "A=1", "B=1-set--$"],
  }],
  ["EXPOSE 53/udp 8000-8002 $A", {
    ExposedPorts: [
      "1/tcp",
      "53/udp",
      "80/tcp",
      "8000/tcp",
      "8001/tcp",
      "8002/tcp",
    ],
  }],
  ["HEALTHCHECK CMD test -e /f", {
    Healthcheck: { Test: ["CMD-SHELL", "test -e /f"] },
  }],
  ['HEALTHCHECK --interval=5s --retries=2 CMD ["a", "b"]', {
    Healthcheck: {
      Interval: 5 * SECOND_NS,
      Retries: 2,
      Test: ["CMD", "a", "b"],
    },
  }],
  ["HEALTHCHECK NONE", { Healthcheck: { Test: ["NONE"] } }],
  ['LABEL a=b "c d"="e\\"f"', { Labels: { x: "y", a: "b", "c d": 'e"f' } }],
  ["LABEL x multiple words", { Labels: { x: "multiple words" } }],
  ["ONBUILD COPY . /", { OnBuild: ["RUN a", "COPY . /"] }],
  ['SHELL ["/bin/ash", "-e"]', { Shell: ["/bin/ash", "-e"] }],
  ["STOPSIGNAL SIGQUIT", { StopSignal: "SIGQUIT" }],
  ["STOPSIGNAL 9", { StopSignal: "9" }],
  ["USER 5:6", { User: "5:6" }],
  ['USER "me"', { User: "me" }],
  ["VOLUME /b /a", { Volumes: ["/a", "/b", "/v"] }],
  ['VOLUME ["/a b"]', { Volumes: ["/a b", "/v"] }],
  ["WORKDIR app/./x", { WorkingDir: "/srv/app/x" }],
  ["WORKDIR /with space", { WorkingDir: "/with space" }],
  ["# a comment\n\nUSER a\nWORKDIR /\\\nx", { User: "a", WorkingDir: "/x" }],
];

for (const [change, after] of CHANGES) {
  Deno.test(`applyChanges() carries out ${JSON.stringify(change)}`, () => {
    assert.deepEqual(applyChanges(BEFORE, [change]), { ...BEFORE, ...after });
  });
}

Deno.test("applyChanges() forgets the command of another entrypoint", () => {
  const { Cmd: _, ...rest } = BEFORE;
  for (
    const [text, Entrypoint] of [
      ['["/x", "y"]', ["/x", "y"]],
      ["/x $y", ["/bin/sh", "-c", "/x $y"]],
    ] as const
  ) {
    const after = applyChanges(BEFORE, [`ENTRYPOINT ${text}`]);
    assert.deepEqual(after, { ...rest, Entrypoint });
  }
});

Deno.test("applyChanges() goes from one instruction to the next", () => {
  const changes = [
    'SHELL ["/bin/bash", "-c"]',
    "WORKDIR a",
    "WORKDIR b",
    "ENV N=1",
    "ENV N=${N}2",
    "CMD ls",
  ];
  assert.deepEqual(applyChanges({}, changes), {
    Shell: ["/bin/bash", "-c"],
    WorkingDir: "/a/b",
    Env: ["N=12"],
    Cmd: ["/bin/bash", "-c", "ls"],
  });
});

const REFUSED: readonly (readonly [change: string, message: string])[] = [
  ["RUN x", "run is not a valid change command"],
  ["from y", "from is not a valid change command"],
  ["FOO x", "unknown instruction: FOO"],
  ["constructor x", "unknown instruction: CONSTRUCTOR"],
  ["=", "unknown instruction: ="],
  ["CMD", "CMD requires at least one argument"],
  ["ENV", "ENV requires at least one argument"],
  ["ENV a", "ENV must have two arguments"],
  [
    "ENV a=b c",
    'Syntax error - can\'t find = in "c". Must be of the form: name=value',
  ],
  ["ENV =b", "ENV names can not be blank"],
  ["LABEL ''=b", "LABEL names can not be blank"],
  ["EXPOSE", "EXPOSE requires at least one argument"],
  ["EXPOSE a", "invalid containerPort: a"],
  ["EXPOSE 70000", "invalid containerPort: 70000"],
  ["EXPOSE 9-8", "invalid containerPort: 9-8"],
  ["EXPOSE 80/icmp", "invalid proto: icmp"],
  ["HEALTHCHECK", "HEALTHCHECK requires at least one argument"],
  ["HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD"],
  ["HEALTHCHECK NONE x", "HEALTHCHECK NONE takes no arguments"],
  ["HEALTHCHECK RUN x", 'Unknown type "RUN" in HEALTHCHECK (try CMD)'],
  [
    "HEALTHCHECK --interval=1us CMD x",
    'Interval "interval" cannot be less than 1ms',
  ],
  ["HEALTHCHECK --color=red CMD x", "unknown flag: --color"],
  ["ONBUILD", "ONBUILD requires at least one argument"],
  ["ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger"],
  [
    "ONBUILD onbuild RUN x",
    "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
  ],
  ["SHELL bash", "SHELL requires the arguments to be in JSON form"],
  ["SHELL []", "SHELL requires at least one argument"],
  ["STOPSIGNAL", "STOPSIGNAL requires exactly one argument"],
  ["STOPSIGNAL NOSUCH", "invalid signal: NOSUCH"],
  ["USER", "USER requires exactly one argument"],
  ["VOLUME", "VOLUME requires at least one argument"],
  ['VOLUME ["/a", ""]', "VOLUME specified can not be an empty string"],
  ["WORKDIR", "WORKDIR requires exactly one argument"],
  ['USER "a', 'Cannot read "a: there is no closing "'],
  ["USER ${a", "Cannot read ${a: there is no closing }"],
];

for (const [change, message] of REFUSED) {
  Deno.test(`applyChanges() refuses ${JSON.stringify(change)}`, () => {
    assert.throws(() => applyChanges(BEFORE, [change]), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.message, message);
      return true;
    });
  });
}
