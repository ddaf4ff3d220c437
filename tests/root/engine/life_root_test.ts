/**
 * @module
 */
import assert from "node:assert/strict";
import { readExit } from "../../../lib/engine/containers/exit_record.ts";
import {
  killAfter,
  limitTime,
  ownIdentity,
  putAway,
  recordEnd,
  recordStart,
} from "../../../lib/engine/containers/life.ts";
import {
  containerDirectory,
  readRunning,
  readStarted,
  stateDirectory,
} from "../../../lib/engine/containers/records.ts";
import { readEvents } from "../../../lib/engine/event_log.ts";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { SyscallError } from "../../../ffi/errno.ts";
import { ERRNO } from "../../../ffi/constants/errno.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

const GOES_ON = { withoutKeeper: "goes-on", restartCount: 2 } as const;
const END = { exitCode: 137, oomKilled: true, isGone: true } as const;

/** What has happened, but for the creation. */
function events({ paths }: EngineRoots): string[] {
  return [...readEvents(paths)].map(({ action, attributes: { exitCode } }) =>
    exitCode === undefined ? action : `${action} ${exitCode}`
  ).filter((action) => action !== "create");
}

function isThere(path: string): boolean {
  return Deno.lstatSync(path).isDirectory;
}

engineTest("recordStart() and recordEnd() write down a life", (roots) => {
  const { paths } = roots;
  using container = roots.create({ name: "web" });
  const { config } = container;
  const { id } = config;
  const life = recordStart(paths, config, { pid: Deno.pid, ...GOES_ON });
  const own = ownIdentity();
  assert.deepEqual(readRunning(paths, id), {
    ...own,
    ...GOES_ON,
    startedMs: life.startedMs,
    keeper: own,
  });
  assert.deepEqual(readStarted(paths, id), { startedMs: life.startedMs });
  recordEnd(paths, config, { ...END, ...life });
  const exit = readExit(paths, id);
  assert.ok(exit && exit.finishedMs >= life.startedMs);
  const { finishedMs: _, ...rest } = exit;
  assert.deepEqual(rest, {
    exitCode: 137,
    startedMs: life.startedMs,
    oomKilled: true,
    restartCount: 2,
  });
  assert.deepEqual(events(roots), ["start", "oom", "die 137"]);
  container.remove();
});

engineTest(
  "recordStart() records nothing of what has ended already",
  (roots) => {
    const { paths } = roots;
    using container = roots.create();
    const { config } = container;
    recordStart(paths, config, { pid: 2 ** 31 - 1, ...GOES_ON });
    assert.equal(readRunning(paths, config.id), undefined);
    assert.deepEqual(events(roots), ["start"]);
    container.remove();
  },
);

engineTest("putAway() removes with --rm, or the state only", (roots) => {
  const { paths } = roots;
  for (const autoRemove of [true, false]) {
    using container = roots.create({ autoRemove });
    const { id } = container.config;
    const life = recordStart(paths, container.config, {
      pid: Deno.pid,
      ...GOES_ON,
    });
    recordEnd(paths, container.config, { ...END, ...life });
    putAway(paths, container, { isGone: false });
    assert.ok(isThere(stateDirectory(paths, id)), "something still dies");
    putAway(paths, container, { isGone: true });
    assert.throws(() => isThere(stateDirectory(paths, id)));
    if (autoRemove) assert.throws(() => isThere(containerDirectory(paths, id)));
    else assert.equal(readExit(paths, id)?.exitCode, 137);
    if (!autoRemove) container.remove();
  }
});

Deno.test("killAfter() kills once, unless it is disposed of before", async () => {
  const sent: number[] = [];
  const killed = Promise.withResolvers<void>();
  using _never = killAfter({ signal: () => assert.fail() }, 2 ** 40);
  killAfter({ signal: () => assert.fail() }, 0)[Symbol.dispose]();
  using _soon = killAfter({
    signal(number): void {
      sent.push(number);
      killed.resolve();
      throw new SyscallError("kill", ERRNO.ESRCH, "it has just ended");
    },
  }, 1);
  await killed.promise;
  assert.deepEqual(sent, [SIGNALS.SIGKILL]);
});

Deno.test("limitTime() kills what has run for so long, and says so", async () => {
  const killed = Promise.withResolvers<void>();
  const process = { signal: () => killed.resolve() };
  using limit = limitTime(process, { timeoutS: 3 }, 2999);
  assert.deepEqual(limit.errorOf(137), {});
  await killed.promise;
  assert.deepEqual(limit.errorOf(137), {
    error: "killed after 3 s (--timeout)",
  });
  assert.deepEqual(limit.errorOf(0), {}, "it has just ended by itself");
});

Deno.test("limitTime() kills at once what has run for longer", async () => {
  const killed = Promise.withResolvers<void>();
  const process = { signal: () => killed.resolve() };
  using _limit = limitTime(process, { timeoutS: 1 }, 2 ** 40);
  await killed.promise;
});

Deno.test("limitTime() has nothing to say of what had ended before", async () => {
  const asked = Promise.withResolvers<void>();
  using limit = limitTime(
    {
      signal(): void {
        asked.resolve();
        throw new SyscallError("kill", ERRNO.ESRCH, "it has just ended");
      },
    },
    { timeoutS: 1 },
    1000,
  );
  await asked.promise;
  assert.deepEqual(limit.errorOf(137), {});
});

Deno.test("limitTime() lets run what has no limit", () => {
  using limit = limitTime({ signal: () => assert.fail() }, {}, 2 ** 40);
  assert.deepEqual(limit.errorOf(137), {});
});
