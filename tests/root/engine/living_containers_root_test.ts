/** @module */
import assert from "node:assert/strict";
import { createContainerId } from "../../../lib/base/identifiers.ts";
import { LivingContainers } from "../../../lib/engine/containers/living_containers.ts";
import { tryLock } from "../../../lib/engine/containers/lock.ts";
import {
  containerDirectory,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { removeLocked } from "../../../lib/engine/containers/remove.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { engineTest } from "../../support/engine.ts";
import { runningRecord } from "../../support/running_record.ts";

engineTest(
  "LivingContainers knows who is kept, and locks who is not",
  async (roots) => {
    const { paths } = roots;
    const kept = roots.create({ name: "kept" });
    const dead = roots.create({ name: "dead" });
    const orphan = roots.create({ name: "orphan" });
    const own = identifyProcess(Deno.pid);
    assert.ok(own);
    writeRunning(paths, orphan.config.id, runningRecord(own));
    for (const { lock } of [dead, orphan]) lock[Symbol.dispose]();
    const directory = containerDirectory(paths, dead.config.id);
    {
      using living = new LivingContainers(paths);
      const { id } = kept.config;
      assert.ok(living.has(id));
      assert.ok(living.has(orphan.config.id));
      assert.ok(!living.has(dead.config.id) && !living.has(dead.config.id));
      assert.ok(!living.has(createContainerId()));
      assert.ok(!living.has("../names"));
      assert.ok(living.hasStart(id.slice(0, 11)));
      assert.ok(!living.hasStart(dead.config.id.slice(0, 11)));
      // Nobody can start it now.
      assert.equal(tryLock(directory), "busy");
    }
    const lock = tryLock(directory);
    assert.ok(typeof lock === "object");
    lock[Symbol.dispose]();
    kept.remove();
    kept[Symbol.dispose]();
    await Deno.remove(`${paths.states}/${orphan.config.id}/running.json`);
    for (const { config } of [dead, orphan]) {
      await removeLocked(
        paths,
        config.id,
      );
    }
  },
);
