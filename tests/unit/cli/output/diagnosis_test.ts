// deno-lint-ignore-file no-control-regex -- colours are control characters
/** @module */
import assert from "node:assert/strict";
import {
  diagnosisJson,
  formatDiagnosis,
} from "../../../../lib/cli/output/diagnosis.ts";
import {
  degraded,
  missing,
  ok,
} from "../../../../lib/engine/doctor/check_result.ts";
import type { Diagnosis } from "../../../../lib/engine/doctor/diagnose.ts";

const DIAGNOSIS: Diagnosis = {
  ok: false,
  isPartial: false,
  sections: [
    {
      title: "Host",
      results: [
        ok({ id: "kernel", title: "kernel" }, "6.1"),
        degraded({ id: "memory", title: "memory" }, "1MiB", {
          costs: "little is left",
          flags: [],
        }),
      ],
    },
    {
      title: "Storage",
      results: [
        missing({ id: "overlay", title: "overlay file system" }, "EINVAL", {
          costs: "run does not work",
          flags: ["run", "--volume"],
          fix: "another --root",
          stopsRun: true,
        }),
      ],
    },
  ],
};

Deno.test("formatDiagnosis() aligns what it says, and closes with a summary", () => {
  assert.equal(
    formatDiagnosis(DIAGNOSIS, "plain"),
    `Host
ok        kernel               6.1
degraded  memory               1MiB
                        costs  little is left

Storage
missing   overlay file system  EINVAL
                        costs  run does not work
                        flags  run, --volume
                          fix  another --root

1 ok, 1 degraded, 1 missing. Containers cannot run on this host: see overlay file system.
`,
  );
});

Deno.test("formatDiagnosis() says when all is well", () => {
  const results = [ok({ id: "kernel", title: "kernel" }, "6.1")];
  const sections = [{ title: "Host", results }];
  const text = formatDiagnosis(
    { ok: true, isPartial: false, sections },
    "plain",
  );
  assert.match(text, /\n1 ok\. Containers can run on this host\.\n$/);
});

Deno.test("formatDiagnosis() says when it was not root", () => {
  const text = formatDiagnosis({ ...DIAGNOSIS, isPartial: true }, "plain");
  assert.match(text, /\nRun it as root for the other checks\.\n$/);
});

Deno.test("formatDiagnosis() colours statuses and headings, nothing else", () => {
  const text = formatDiagnosis(DIAGNOSIS, "coloured");
  assert.match(text, /^\x1b\[1mHost\x1b\[m\n\x1b\[32mok\x1b\[m {8}kernel /);
  assert.match(text, /\x1b\[33mdegraded\x1b\[m {2}memory/);
  assert.match(text, /\x1b\[31mmissing\x1b\[m {3}overlay/);
  assert.equal(
    text.replace(/\x1b\[\d*m/g, ""),
    formatDiagnosis(DIAGNOSIS, "plain"),
  );
});

Deno.test("formatDiagnosis() escapes what files of the host may hold", () => {
  const results = [ok({ id: "a", title: "a" }, "\x1b[2Jx")];
  const sections = [{ title: "Host", results }];
  const text = formatDiagnosis(
    { ok: true, isPartial: false, sections },
    "plain",
  );
  assert.ok(text.includes("\\x1b[2Jx"));
});

Deno.test("diagnosisJson() is one document on one line", () => {
  const text = diagnosisJson(DIAGNOSIS);
  assert.equal(text.indexOf("\n"), text.length - 1);
  assert.deepEqual(JSON.parse(text), {
    ok: false,
    checks: [
      { id: "kernel", title: "kernel", status: "ok", detail: "6.1" },
      {
        id: "memory",
        title: "memory",
        status: "degraded",
        detail: "1MiB",
        costs: "little is left",
        flags: [],
      },
      {
        id: "overlay",
        title: "overlay file system",
        status: "missing",
        detail: "EINVAL",
        costs: "run does not work",
        flags: ["run", "--volume"],
        fix: "another --root",
        stopsRun: true,
      },
    ],
  });
});
