/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type ContainerId,
  createContainerId,
} from "../../../lib/base/identifiers.ts";
import { tryLock } from "../../../lib/engine/containers/lock.ts";
import {
  claimGeneratedName,
  claimName,
  findByName,
  releaseName,
} from "../../../lib/engine/containers/names.ts";
import { containerDirectory } from "../../../lib/engine/containers/records.ts";
import { DEADLINE_MS, Output } from "../../support/cli.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

const CLAIM = new URL("../../fixtures/engine/claim_name.ts", import.meta.url);
const CLAIMANTS = 20;

/** An id whose container has a directory, or has none any more. */
function holder({ paths }: EngineRoots, is: "there" | "gone"): ContainerId {
  const id = createContainerId();
  if (is === "there") Deno.mkdirSync(containerDirectory(paths, id));
  return id;
}

/** Removes what a test of names alone has made. */
function clear({ paths }: EngineRoots): void {
  for (const parent of [paths.containers, paths.names]) {
    for (const { name } of Deno.readDirSync(parent)) {
      Deno.removeSync(`${parent}/${name}`);
    }
  }
}

/** Results of processes that claim one name at the same moment. */
async function claimTogether(
  { root, runRoot }: EngineRoots,
  name: string,
  ids: readonly ContainerId[],
): Promise<string[]> {
  const children = ids.map((id) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", CLAIM.pathname, root, runRoot, name, id],
      stdin: "piped",
      stdout: "piped",
      signal: AbortSignal.timeout(DEADLINE_MS),
    }).spawn()
  );
  const outputs = children.map(({ stdout }) => new Output(stdout, "a claim"));
  for (const output of outputs) assert.equal(await output.line(), "ready");
  await Promise.all(children.map(({ stdin }) => stdin.close()));
  const results = await Promise.all(outputs.map((output) => output.line()));
  await Promise.all(outputs.map((output) => output.rest()));
  await Promise.all(children.map(({ status }) => status));
  return results;
}

function assertOneWinner(
  { paths }: EngineRoots,
  ids: readonly ContainerId[],
  results: readonly string[],
): void {
  const winners = ids.filter((_, index) => results[index] === "claimed");
  assert.deepEqual(winners, [findByName(paths, "web")]);
  const losers = results.filter((result) => result !== "claimed");
  assert.deepEqual(new Set(losers), new Set(["ConflictError"]));
}

engineTest("claimName() gives a free name to its container", (roots) => {
  const id = holder(roots, "there");
  claimName(roots.paths, "web", id);
  assert.equal(findByName(roots.paths, "web"), id);
  assert.equal(findByName(roots.paths, "we"), undefined);
  clear(roots);
});

engineTest("claimName() refuses a name in use, in docker's words", (roots) => {
  const { paths } = roots;
  const id = holder(roots, "there");
  claimName(paths, "web", id);
  assert.throws(() => claimName(paths, "web", holder(roots, "there")), {
    name: "ConflictError",
    message:
      `Conflict. The container name "/web" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
    advice: "another --name, or tsdocker rm web (rm -f if it runs)",
  });
  assert.equal(findByName(paths, "web"), id);
  clear(roots);
});

engineTest(
  "claimName() takes a name over from a container that is gone",
  (roots) => {
    claimName(roots.paths, "web", holder(roots, "gone"));
    const id = holder(roots, "there");
    claimName(roots.paths, "web", id);
    assert.equal(findByName(roots.paths, "web"), id);
    clear(roots);
  },
);

engineTest("claimName() waits for whoever is busy with the names", (roots) => {
  const { paths } = roots;
  claimName(paths, "web", holder(roots, "gone"));
  const lock = tryLock(paths.names);
  assert.ok(typeof lock === "object");
  const wait = Atomics.wait;
  let waits = 0;
  Atomics.wait = () => {
    // Longer than any number of attempts without a pause would last.
    if (++waits === 200) lock[Symbol.dispose]();
    return "timed-out";
  };
  try {
    const id = holder(roots, "there");
    claimName(paths, "web", id);
    assert.equal(findByName(paths, "web"), id);
  } finally {
    Atomics.wait = wait;
  }
  clear(roots);
});

engineTest("claimName() gives up on names that stay locked", (roots) => {
  const { paths } = roots;
  claimName(paths, "web", holder(roots, "gone"));
  const now = performance.now;
  {
    using _lock = tryLock(paths.names) as Disposable;
    let time = 0;
    performance.now = () => time += 10_000;
    try {
      assert.throws(() => claimName(paths, "web", holder(roots, "there")), {
        name: "ConflictError",
        message:
          'Cannot claim the container name "web": another tsdocker keeps the names locked',
      });
    } finally {
      performance.now = now;
    }
  }
  clear(roots);
});

engineTest(
  "claimName() lets exactly one of 20 processes have a free name",
  async (roots) => {
    const ids = Array.from(
      { length: CLAIMANTS },
      () => holder(roots, "there"),
    );
    assertOneWinner(roots, ids, await claimTogether(roots, "web", ids));
    clear(roots);
  },
);

engineTest(
  "claimName() lets exactly one of 20 processes take a stale name over",
  async (roots) => {
    claimName(roots.paths, "web", holder(roots, "gone"));
    const ids = Array.from(
      { length: CLAIMANTS },
      () => holder(roots, "there"),
    );
    assertOneWinner(roots, ids, await claimTogether(roots, "web", ids));
    clear(roots);
  },
);

engineTest(
  "claimGeneratedName() finds another name if one is taken",
  (roots) => {
    const { paths } = roots;
    const random = Math.random;
    const [first, second] = [holder(roots, "there"), holder(roots, "there")];
    try {
      Math.random = () => 0;
      const claimFor = (id: ContainerId) => (name: string): string => {
        claimName(paths, name, id);
        return name;
      };
      const name = claimGeneratedName(claimFor(first));
      assert.match(name, /^[a-z]+_[a-z]+$/);
      // The generator is stuck: chance makes a name that nobody has.
      const other = claimGeneratedName(claimFor(second));
      assert.match(other, /^container_[0-9a-f-]{36}$/);
      assert.equal(findByName(paths, other), second);
      assert.equal(findByName(paths, name), first);
    } finally {
      Math.random = random;
    }
    clear(roots);
  },
);

engineTest(
  "releaseName() gives back what the container has, nothing else",
  (roots) => {
    const { paths } = roots;
    const id = holder(roots, "there");
    claimName(paths, "web", id);
    releaseName(paths, "web", holder(roots, "there"));
    assert.equal(findByName(paths, "web"), id);
    releaseName(paths, "web", id);
    assert.equal(findByName(paths, "web"), undefined);
    releaseName(paths, "web", id);
    releaseName(paths, "", id);
    clear(roots);
  },
);

engineTest(
  "releaseName() lets nobody claim between look and removal",
  (roots) => {
    const { paths } = roots;
    const id = holder(roots, "gone");
    claimName(paths, "web", id);
    const readLink = Deno.readLinkSync;
    const locks: string[] = [];
    Deno.readLinkSync = (path) => {
      const lock = tryLock(paths.names);
      locks.push(typeof lock === "string" ? lock : "free");
      if (typeof lock !== "string") lock[Symbol.dispose]();
      return readLink(path);
    };
    try {
      releaseName(paths, "web", id);
    } finally {
      Deno.readLinkSync = readLink;
    }
    assert.deepEqual(locks, ["busy"]);
  },
);

engineTest(
  "findByName() reads only links to ids, and only below names",
  (roots) => {
    const { paths } = roots;
    const id = createContainerId();
    Deno.symlinkSync("elsewhere", `${paths.names}/other`);
    Deno.symlinkSync(id, `${paths.root}/outside`);
    assert.equal(findByName(paths, "other"), undefined);
    for (const name of ["../outside", "", ".", "..", "/", "a/b"]) {
      assert.equal(findByName(paths, name), undefined, name);
    }
    clear(roots);
  },
);
