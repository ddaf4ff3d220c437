/** @module */
import assert from "node:assert/strict";
import type { IdMappings } from "../../../lib/engine/id_mapping.ts";
import {
  chooseIds,
  claimIds,
} from "../../../lib/engine/containers/claim_ids.ts";
import { tryLock } from "../../../lib/engine/containers/lock.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

const INVOKER = { uid: 1000, gid: 1001 };
const AUTO = { user: "", userns: { kind: "auto", size: 100 } } as const;

/** The first id of the host in the first range. */
function first(mappings: IdMappings | undefined): number {
  return mappings?.uid[0]?.hostID ?? -1;
}

function isLocked({ paths }: EngineRoots): boolean {
  const lock = tryLock(paths.containers);
  if (lock === "busy" || lock === "missing") return true;
  lock[Symbol.dispose]();
  return false;
}

engineTest(
  "claimIds() chooses nothing, and locks nothing, for the host's",
  (roots) => {
    const draft = { user: "7", userns: { kind: "host" } } as const;
    using claim = claimIds(roots.paths, draft, INVOKER);
    assert.deepEqual(claim.choice, { user: "7" });
    assert.ok(!isLocked(roots));
  },
);

engineTest("claimIds() holds others up until it is disposed of", (roots) => {
  {
    using claim = claimIds(roots.paths, AUTO, INVOKER);
    assert.equal(claim.choice.idMappings?.uid[0]?.size, 100);
    assert.equal(claim.choice.user, "");
    assert.ok(isLocked(roots));
  }
  assert.ok(!isLocked(roots));
});

engineTest("claimIds() leaves no lock if there are too few ids", (roots) => {
  const draft = { user: "", userns: { kind: "auto", size: 4e9 } } as const;
  assert.throws(
    () => claimIds(roots.paths, draft, INVOKER),
    /HostError: Cannot find 4000000000 free uids/,
  );
  assert.ok(!isLocked(roots));
});

engineTest("createContainer() gives each container ids of its own", (roots) => {
  const { userns } = AUTO;
  const one = roots.create({ userns });
  const two = roots.create({ userns });
  assert.equal(
    first(two.config.idMappings),
    first(one.config.idMappings) + 100,
  );
  assert.ok(!isLocked(roots));
  one.remove();
  const three = roots.create({ userns });
  assert.equal(first(three.config.idMappings), first(one.config.idMappings));
  for (const container of [two, three]) container.remove();
  for (const container of [one, two, three]) container[Symbol.dispose]();
});

engineTest("chooseIds() makes who keeps his ids the user", ({ paths }) => {
  const userns = { kind: "keep-id" } as const;
  assert.equal(
    chooseIds(paths, { user: "", userns }, INVOKER).user,
    "1000:1001",
  );
  assert.equal(chooseIds(paths, { user: "0", userns }, INVOKER).user, "0");
  assert.equal(chooseIds(paths, AUTO, INVOKER).user, "");
});
