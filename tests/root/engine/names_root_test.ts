/**
 * @module
 */
import assert from "node:assert/strict";
import { ConflictError } from "../../../lib/base/errors.ts";
import {
  type ContainerId,
  createContainerId,
  isContainerName,
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

/** What can be there where a name is about to be claimed. */
const FOUND: Readonly<Record<string, (roots: EngineRoots) => void>> = {
  "a free name": () => {},
  "a stale name": (roots) =>
    claimName(roots.paths, "web", holder(roots, "gone")),
  "a name that is a directory": ({ paths }) =>
    Deno.mkdirSync(`${paths.names}/web`),
  "a name that is a file": ({ paths }) =>
    Deno.writeTextFileSync(`${paths.names}/web`, ""),
  "a name that leads nowhere": ({ paths }) =>
    Deno.symlinkSync("nonsense", `${paths.names}/web`),
};

for (const [name, make] of Object.entries(FOUND)) {
  engineTest(
    `claimName() lets exactly one of 20 processes have ${name}`,
    async (roots) => {
      make(roots);
      const ids = Array.from(
        { length: CLAIMANTS },
        () => holder(roots, "there"),
      );
      assertOneWinner(roots, ids, await claimTogether(roots, "web", ids));
      clear(roots);
    },
  );
}

engineTest(
  "findByName() finds whose name it was, if that is damaged",
  (roots) => {
    const { paths } = roots;
    using container = roots.create({ name: "web" });
    const { id } = container.config;
    Deno.removeSync(`${paths.names}/web`);
    Deno.mkdirSync(`${paths.names}/web`);
    assert.equal(findByName(paths, "web"), id);
    assert.throws(() => claimName(paths, "web", holder(roots, "there")), {
      name: "ConflictError",
      message: new RegExp(`is already in use by container "${id}"`),
    });
    container.remove();
    assert.equal(findByName(paths, "web"), undefined);
    clear(roots);
  },
);

engineTest("claimGeneratedName() asks for names until one is free", () => {
  const asked: string[] = [];
  const name = claimGeneratedName((name) => {
    asked.push(name);
    if (asked.length < 3) throw new ConflictError("taken");
    return name;
  });
  assert.equal(asked.length, 3);
  assert.equal(name, asked.at(-1));
  for (const name of asked) assert.match(name, /^[a-z]+_[a-z]+$/);
});

engineTest(
  "claimGeneratedName() makes a unique name if all others are taken",
  () => {
    const claim = (name: string): string => {
      if (!name.startsWith("container_")) throw new ConflictError("taken");
      return name;
    };
    const [first, second] = [
      claimGeneratedName(claim),
      claimGeneratedName(claim),
    ];
    assert.ok(isContainerName(first));
    assert.notEqual(first, second);
  },
);

engineTest("claimGeneratedName() passes on other failures at once", () => {
  let attempts = 0;
  const claim = (): never => {
    attempts++;
    throw new RangeError("no space");
  };
  assert.throws(() => claimGeneratedName(claim), { message: "no space" });
  assert.equal(attempts, 1);
});

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
