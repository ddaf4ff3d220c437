/**
 * Files of control groups, written the short way.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SpecError } from "../../lib/base/errors.ts";
import type { CgroupFile } from "../../lib/runtime/cgroups/hierarchy.ts";

/** What a function makes of resources: `file=value`, tolerated errors behind. */
export type FileCase<T> = readonly [resources: T, files: readonly string[]];

/** Which resources are an error, at which pointer. */
export type RefusedCase<T> = readonly [resources: T, pointer: string];

/** The files as text. */
export function render(files: readonly CgroupFile[]): string[] {
  return files.map(({ file, value, tolerate = [] }) =>
    [`${file}=${value}`, ...tolerate].join(" or ")
  );
}

/** Registers a test of each case. */
export function testFiles<T>(
  make: (resources: T) => readonly CgroupFile[],
  controller: CgroupFile["controller"],
  cases: readonly FileCase<T>[],
): void {
  for (const [resources, expected] of cases) {
    Deno.test(`${make.name}() of ${JSON.stringify(resources)}`, () => {
      const files = make(resources);
      assert.deepEqual(render(files), expected);
      for (const file of files) assert.equal(file.controller, controller);
    });
  }
}

/** Registers a test of each error. */
export function testRefusals<T>(
  make: (resources: T) => readonly CgroupFile[],
  cases: readonly RefusedCase<T>[],
): void {
  for (const [resources, pointer] of cases) {
    Deno.test(`${make.name}() refuses ${JSON.stringify(resources)}`, () => {
      assert.throws(() => make(resources), (error: unknown) => {
        assert.ok(error instanceof SpecError, String(error));
        assert.equal(error.pointer, `/linux/resources${pointer}`);
        return true;
      });
    });
  }
}
