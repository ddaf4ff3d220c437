/**
 * The machine code in bytes.ts is what its sources assemble to.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  ARCHES,
  missingAssembler,
  PROGRAMS,
  render,
  ROOT,
} from "../../tools/assemble.ts";

const missing = (await Promise.all(ARCHES.map(missingAssembler)))
  .find((tool) => tool !== undefined);

for (const program of PROGRAMS) {
  const claim = `${program.folder}/bytes.ts is what its sources assemble to`;
  Deno.test({
    name: missing === undefined
      ? claim
      : `${claim} (skipped: needs ${missing})`,
    ignore: missing !== undefined,
    fn: async () => {
      const path = `${ROOT}${program.folder}/bytes.ts`;
      assert.equal(await Deno.readTextFile(path), await render(program));
    },
  });
}
