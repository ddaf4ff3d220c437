/**
 * @module
 */
import assert from "node:assert/strict";
import { listIds } from "../../../lib/engine/containers/list.ts";
import { findByName } from "../../../lib/engine/containers/names.ts";
import { removeNamesake } from "../../../lib/engine/containers/replace.ts";
import { engineTest } from "../../support/engine.ts";

engineTest(
  "removeNamesake() removes the container of that name only",
  async (roots) => {
    using other = roots.create({ name: "web2" });
    {
      using _web = roots.create({ name: "web" });
    }
    await removeNamesake(roots.engine, "web");
    assert.equal(findByName(roots.paths, "web"), undefined);
    assert.deepEqual(listIds(roots.paths), [other.config.id]);
    // The beginning of an id is no name.
    await removeNamesake(roots.engine, other.config.id.slice(0, 12));
    await removeNamesake(roots.engine, other.config.id);
    assert.deepEqual(listIds(roots.paths), [other.config.id]);
    other.remove();
  },
);
