/** @module */
import assert from "node:assert/strict";
import type { Mount } from "../../../../lib/oci/runtime_spec.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  stdioSteps,
  terminalSteps,
} from "../../../../lib/runtime/plan/terminal.ts";
import {
  bind,
  DEFAULT_MOUNTS,
  runtimeSpec,
} from "../../../support/runtime_spec.ts";

/** What is done with the name of the terminal, by whoever does it. */
function uses(path: string, mounts: readonly Mount[]): string[] {
  const spec = runtimeSpec({ process: { terminal: true }, mounts });
  return [...terminalSteps(spec), ...stdioSteps(spec)].map(describeStep)
    .filter((text) => text.includes(path));
}

Deno.test("terminalSteps() makes /dev/console the terminal", () => {
  const [mount, open, ...more] = uses("dev/pts/0", DEFAULT_MOUNTS);
  assert.match(mount ?? "", /^mount\(.*\/dev\/pts\/0, .*\/dev\/console/);
  assert.match(open ?? "", /^openat2\(.*"dev\/pts\/0"/);
  assert.deepEqual(more, []);
});

for (const volume of ["/dev/pts", "/dev"]) {
  Deno.test(`terminalSteps() takes nobody else's terminal from a volume on ${volume}`, () => {
    const mounts = [
      ...DEFAULT_MOUNTS.filter(({ destination }) =>
        destination !== volume && !destination.startsWith(`${volume}/`)
      ),
      bind(volume, volume),
    ];
    // Of that name there is the first one of the host's, which is in use.
    assert.deepEqual(uses("dev/pts/0", mounts), []);
    assert.deepEqual(uses("dev/console", mounts), []);
    assert.equal(uses("/dev/pts/ptmx", mounts).length, 1);
  });
}

Deno.test("terminalSteps() does nothing without a terminal", () => {
  assert.deepEqual(terminalSteps(runtimeSpec()), []);
});
