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
