import assert from "node:assert/strict";
import { Window } from "../../../../lib/storage/tar/window.ts";
import { sourceOf } from "../../../support/tar_builder.ts";

const STREAM = Uint8Array.from({ length: 2_000_000 }, (_, i) => i % 251);

/** The loaded bytes from the current position on. */
function ahead(view: Window, count: number): number[] {
  return [...view.bytes.subarray(view.start, view.start + count)];
}

Deno.test("Window slides over a stream of any size", () => {
  for (const most of [1000, 70_001, Infinity]) {
    using view = new Window(sourceOf(STREAM, most));
    let position = 0;
    while (view.require(300)) {
      assert.deepEqual(ahead(view, 3), [
        ...STREAM.subarray(position, position + 3),
      ]);
      view.consume(300);
      position += 300;
      assert.equal(view.position, position);
    }
    assert.equal(view.available, STREAM.length % 300);
  }
});

Deno.test("Window.skip() goes beyond what is loaded, not beyond the end", () => {
  using view = new Window(sourceOf(STREAM));
  assert.ok(view.skip(1_500_000));
  assert.ok(view.require(2));
  assert.deepEqual(ahead(view, 2), [
    ...STREAM.subarray(1_500_000, 1_500_002),
  ]);
  assert.ok(view.skip(500_000));
  assert.ok(view.skip(0));
  assert.ok(!view.skip(1));
});

Deno.test("Window refuses to pass what was not loaded or cannot be", () => {
  using view = new Window(sourceOf(STREAM));
  assert.throws(() => view.consume(1), RangeError);
  assert.ok(view.require(1));
  assert.throws(() => view.require(view.bytes.length + 1), RangeError);
});
