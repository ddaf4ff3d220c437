/**
 * @module
 */
import assert from "node:assert/strict";
import {
  lockShared,
  lockWithin,
  tryLock,
} from "../../../lib/engine/containers/lock.ts";
import { DEADLINE_MS, Output } from "../../support/cli.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

const HOLD = new URL("../../fixtures/engine/hold_lock.ts", import.meta.url);

type Answer = ReturnType<typeof tryLock>;

/** Lets a lock go at once, and says whether it was one. */
function outcome(answer: Answer): "locked" | "busy" | "missing" {
  if (typeof answer === "string") return answer;
  answer[Symbol.dispose]();
  return "locked";
}

function lockOf({ paths }: EngineRoots): Disposable {
  const lock = tryLock(paths.containers);
  assert.ok(typeof lock === "object", String(lock));
  return lock;
}

/** Does something instead of each pause. */
function atEachPause(action: () => void, run: () => void): void {
  const wait = Atomics.wait;
  Atomics.wait = () => {
    action();
    return "timed-out";
  };
  try {
    run();
  } finally {
    Atomics.wait = wait;
  }
}

engineTest("tryLock() locks a directory until its scope ends", (roots) => {
  const { containers, names } = roots.paths;
  {
    using _lock = lockOf(roots);
    assert.equal(outcome(tryLock(containers)), "busy");
    assert.equal(outcome(tryLock(names)), "locked", "another directory");
  }
  assert.equal(outcome(tryLock(containers)), "locked");
});

engineTest("tryLock() says that there is no directory", ({ paths }) => {
  assert.equal(tryLock(`${paths.containers}/none`), "missing");
  Deno.writeTextFileSync(`${paths.root}/file`, "");
  assert.throws(() => tryLock(`${paths.root}/file`), { name: "SyscallError" });
});

engineTest(
  "tryLock() gets the lock of a holder that was killed",
  async ({ paths }) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", HOLD.pathname, paths.containers],
      stdin: "piped",
      stdout: "piped",
      signal: AbortSignal.timeout(DEADLINE_MS),
    }).spawn();
    const output = new Output(child.stdout, "the holder");
    assert.equal(await output.line(), "locked");
    assert.equal(outcome(tryLock(paths.containers)), "busy");
    child.kill("SIGKILL");
    await child.status;
    assert.equal(outcome(tryLock(paths.containers)), "locked");
    await output.cancel();
    await child.stdin.close().catch(() => undefined);
  },
);

engineTest(
  "lockShared() admits others who share, and nobody alone",
  ({ paths }) => {
    {
      using _first = lockShared(paths.states);
      using _second = lockShared(paths.states);
      assert.equal(outcome(tryLock(paths.states)), "busy");
    }
    assert.equal(outcome(tryLock(paths.states)), "locked");
  },
);

engineTest("lockWithin() takes a free lock without a pause", ({ paths }) => {
  let pauses = 0;
  atEachPause(() => void pauses++, () => {
    assert.equal(outcome(lockWithin(paths.containers, 0)), "locked");
  });
  assert.equal(pauses, 0);
});

engineTest("lockWithin() waits for the holder", (roots) => {
  const lock = lockOf(roots);
  let pauses = 0;
  atEachPause(() => {
    if (++pauses === 3) lock[Symbol.dispose]();
  }, () => {
    const answer = lockWithin(roots.paths.containers, DEADLINE_MS);
    assert.equal(outcome(answer), "locked");
  });
  assert.equal(pauses, 3);
});

engineTest("lockWithin() gives up after its time", (roots) => {
  using _lock = lockOf(roots);
  const start = performance.now();
  assert.equal(lockWithin(roots.paths.containers, 50), "busy");
  assert.ok(performance.now() - start >= 50);
});

engineTest(
  "lockWithin() notices that the holder has removed the directory",
  (roots) => {
    const directory = `${roots.paths.containers}/gone`;
    Deno.mkdirSync(directory);
    const lock = tryLock(directory);
    assert.ok(typeof lock === "object");
    atEachPause(() => {
      Deno.removeSync(directory);
      lock[Symbol.dispose]();
    }, () => assert.equal(lockWithin(directory, DEADLINE_MS), "missing"));
  },
);
