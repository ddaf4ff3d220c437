/**
 * @module
 */
import assert from "node:assert/strict";
import { NotFoundError } from "../../../../lib/base/errors.ts";
import { tryLock } from "../../../../lib/engine/containers/lock.ts";
import { obtainImage } from "../../../../lib/engine/images/obtain_image.ts";
import {
  findImage,
  openImage,
} from "../../../../lib/engine/images/open_image.ts";
import { setReference } from "../../../../lib/storage/image_store.ts";
import { type EngineRoots, engineTest } from "../../../support/engine.ts";
import { addTestImage } from "../../../support/image_builder.ts";
import { archive, file } from "../../../support/tar_builder.ts";

/** Whether somebody keeps layers from being pruned. */
function areHeld({ paths }: EngineRoots): boolean {
  const lock = tryLock(paths.layers);
  if (typeof lock !== "string") lock[Symbol.dispose]();
  return lock === "busy";
}

async function addBox({ paths }: EngineRoots): Promise<void> {
  const { manifest } = await addTestImage(paths, [archive(file("x", "x"))]);
  await setReference(paths, "docker.io/library/box:latest", manifest.digest);
}

engineTest("obtainImage() holds layers from its search on", async (roots) => {
  await addBox(roots);
  const { engine } = roots;
  await openImage(engine, await findImage(engine, "box"));
  const request = roots.options({ image: "box" });
  {
    const { effort, found, held } = await obtainImage(engine, request);
    using _held = held;
    assert.deepEqual([effort, found.kind], ["little", "stored"]);
    assert.ok(areHeld(roots));
  }
  assert.ok(!areHeld(roots));
});

engineTest("obtainImage() finds what has been pulled", async (roots) => {
  const pulled: string[] = [];
  const engine = {
    ...roots.engine,
    async pull({ image }: { readonly image: string }): Promise<void> {
      pulled.push(image);
      await addBox(roots);
    },
  };
  const request = roots.options({ image: "box", pull: "missing" });
  const { effort, found, held } = await obtainImage(engine, request);
  using _held = held;
  assert.deepEqual([pulled, effort, found.kind], [["box"], "much", "stored"]);
});

engineTest(
  "obtainImage() holds nothing if there is no image",
  async (roots) => {
    for (const pull of ["never", "missing", "always"] as const) {
      const request = roots.options({ image: "box", pull });
      await assert.rejects(obtainImage(roots.engine, request), NotFoundError);
      assert.ok(!areHeld(roots), pull);
    }
  },
);
