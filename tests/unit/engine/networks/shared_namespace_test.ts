import assert from "node:assert/strict";
import { createContainerId } from "../../../../lib/base/identifiers.ts";
import {
  isShared,
  markShared,
  unmarkShared,
} from "../../../../lib/engine/networks/shared_namespace.ts";

Deno.test("markShared() is undone by unmarkShared(), which forgives", async () => {
  const states = await Deno.makeTempDir();
  try {
    const [id, other] = [createContainerId(), createContainerId()];
    await Deno.mkdir(`${states}/${id}`);
    assert.ok(!isShared({ states }, id));
    markShared({ states }, id);
    markShared({ states }, id);
    assert.ok(isShared({ states }, id));
    assert.ok(!isShared({ states }, other));
    unmarkShared({ states }, id);
    unmarkShared({ states }, id);
    assert.ok(!isShared({ states }, id));
  } finally {
    await Deno.remove(states, { recursive: true });
  }
});

Deno.test("markShared() may be done by many at the same time", async () => {
  const states = await Deno.makeTempDir();
  try {
    const id = createContainerId();
    await Deno.mkdir(`${states}/${id}`);
    const url = import.meta.resolve(
      "../../../../lib/engine/networks/shared_namespace.ts",
    );
    const script = `import { markShared } from ${JSON.stringify(url)};
      for (let times = 0; times < 300; times++) {
        markShared({ states: ${JSON.stringify(states)} }, "${id}");
      }`;
    const joined = Array.from(
      { length: 3 },
      () =>
        new Deno.Command(Deno.execPath(), {
          args: ["eval", "--quiet", "--no-check", script],
          stderr: "piped",
        }).output(),
    );
    for (const { stderr } of await Promise.all(joined)) {
      assert.equal(new TextDecoder().decode(stderr), "");
    }
  } finally {
    await Deno.remove(states, { recursive: true });
  }
});
