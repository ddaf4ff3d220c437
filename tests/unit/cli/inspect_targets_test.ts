/**
 * Things are inspected together: those there are are printed, others reported.
 *
 * @module
 */
import assert from "node:assert/strict";
import { NotFoundError, UsageError } from "../../../lib/base/errors.ts";
import { inspectTargets } from "../../../lib/cli/inspect_targets.ts";

async function inspect(
  format: string,
  ...references: string[]
): Promise<{ status: number; printed: string; reported: unknown[] }> {
  let printed = "";
  const reported: unknown[] = [];
  const status = await inspectTargets(references, {
    stdout: { write: (text) => void (printed += text) },
    report: (error) => void reported.push(error),
  }, {
    format,
    inspect(Name): unknown {
      if (Name === "missing") throw new NotFoundError("No such thing");
      return { Name };
    },
  });
  return { status, printed, reported };
}

Deno.test("inspectTargets() prints an array, or a line for each", async () => {
  assert.deepEqual(await inspect("", "a"), {
    status: 0,
    printed: '[\n    {\n        "Name": "a"\n    }\n]\n',
    reported: [],
  });
  const { printed } = await inspect("json", "a", "b");
  assert.equal(printed, '[{"Name":"a"},{"Name":"b"}]\n');
  const template = await inspect("{{.Name}}", "a", "b");
  assert.equal(template.printed, "a\nb\n");
  await assert.rejects(inspect("{{", "a"), UsageError);
});

Deno.test("inspectTargets() goes on after what is missing", async () => {
  const { status, printed, reported } = await inspect("json", "missing", "b");
  assert.deepEqual([status, printed], [1, '[{"Name":"b"}]\n']);
  assert.ok(reported[0] instanceof NotFoundError);
  assert.equal((await inspect("", "missing")).printed, "[]\n");
  assert.equal((await inspect("{{.Name}}", "missing")).printed, "");
});
