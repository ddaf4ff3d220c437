/** @module */
import assert from "node:assert/strict";
import { RUN_FLAGS } from "../../../../lib/cli/commands/run_options.ts";
import type { CheckResult } from "../../../../lib/engine/doctor/check_result.ts";
import { CONTROLLER_FACTS } from "../../../../lib/engine/doctor/controllers.ts";
import { diagnose } from "../../../../lib/engine/doctor/diagnose.ts";
import {
  type FakeHost,
  fakeProbe,
  refused,
  surveyedV2,
} from "../../../support/fake_probe.ts";

const PAGE = new URL("../../../../docs/doctor.md", import.meta.url);

function check(host: FakeHost): readonly CheckResult[] {
  return diagnose(fakeProbe(host)).sections.flatMap(({ results }) => results);
}

Deno.test("docs/doctor.md lists every check, and no other", async () => {
  const rows = (await Deno.readTextFile(PAGE)).split("\n")
    .filter((line) => line.startsWith("| `"));
  const told = rows.flatMap((row) => {
    const [, ids = ""] = row.split("|");
    return [...ids.matchAll(/`([^`]+)`/g)].map(([, id]) => id);
  });
  const ids = check({}).map(({ id }) => id);
  assert.deepEqual(told.toSorted(), ids.toSorted());
});

Deno.test("every flag that the doctor names is one of run", () => {
  const no = refused("no");
  const broken: FakeHost = {
    capabilities: () => ({ permitted: 0n, bounding: 0n }),
    limit: () => ({ soft: 1n, hard: 1n }),
    launchNatively: () => no,
    attempt: () => no,
    mountOverlay: () => ({ mount: no, changes: no }),
    mapIds: () => ({ mount: no, overlay: no }),
    makeBridge: () => no,
  };
  const found = [
    ...check(broken),
    ...check({
      ...broken,
      surveyCgroups: () => ({ mode: "none", hierarchies: [] }),
    }),
    ...check({
      surveyCgroups: () => ({
        mode: "v2",
        hierarchies: [surveyedV2({ controllers: [] })],
      }),
    }),
  ];
  const flags = new Set([
    ...found.flatMap(({ flags = [] }) => flags),
    ...CONTROLLER_FACTS.flatMap(({ parts }) =>
      parts.flatMap(({ flags }) => flags)
    ),
  ]);
  const known = new Set(
    Object.values(RUN_FLAGS).map(({ long }) => `--${long}`),
  );
  const unknown = [...flags].map((flag) => flag.split(/[ =]/)[0] ?? "")
    .filter((flag) => flag !== "run" && !known.has(flag));
  assert.deepEqual(unknown, []);
  assert.ok(flags.size > 40);
});
