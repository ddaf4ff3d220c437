/**
 * Further programs in a running container, as its monitor starts them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { InvalidStateError, StartError } from "../../../lib/base/errors.ts";
import type { ContainerId } from "../../../lib/base/identifiers.ts";
import { endCgroup } from "../../../lib/engine/containers/cgroup.ts";
import {
  type CheckOutcome,
  execCheck,
} from "../../../lib/engine/containers/exec_check.ts";
import { launchContainer } from "../../../lib/engine/containers/launch_container.ts";
import { recordStart } from "../../../lib/engine/containers/life.ts";
import { openNothing } from "../../../lib/engine/containers/run_exec.ts";
import { findImage, openImage } from "../../../lib/engine/images/open_image.ts";
import { freeze, thaw } from "../../../lib/runtime/cgroups/freeze.ts";
import { mountedHierarchies } from "../../../lib/runtime/cgroups/mount_table.ts";
import { IMAGE } from "../../support/cli.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

/** A container that runs as long as a test. */
interface Box {
  readonly id: ContainerId;
  readonly cgroupsPath: string;
  /** Checks it with the image's shell. */
  check(script: string, timeoutMs?: number): Promise<CheckOutcome>;
  /** Kills it, and waits until it has ended. */
  end(): Promise<void>;
}

async function withBox(
  roots: EngineRoots,
  test: (box: Box) => Promise<void>,
): Promise<void> {
  const { engine, paths } = roots;
  using container = roots.create({
    layers: (await openImage(engine, await findImage(engine, IMAGE))).layers,
    args: ["sleep", "600"],
  });
  const { config } = container;
  const { launched, stdio } = await launchContainer(engine, container, {
    tracing: "off",
    withoutKeeper: "ends",
    openStdio: openNothing,
  });
  using _stdio = stdio;
  const { process } = launched;
  recordStart(paths, config, {
    pid: process.pid,
    withoutKeeper: "ends",
    restartCount: 0,
  });
  let isRunning = true;
  const end = async (): Promise<void> => {
    if (!isRunning) return;
    isRunning = false;
    process.signal(SIGNALS.SIGKILL);
    await process.wait();
  };
  try {
    await test({
      id: config.id,
      cgroupsPath: config.cgroupsPath ?? assert.fail(),
      check: (script, timeoutMs = 60_000) =>
        execCheck(engine, config.id, ["sh", "-c", script], { timeoutMs }),
      end,
    });
  } finally {
    await end();
    endCgroup(config);
    container.remove();
  }
}

engineTest(
  "execCheck() tells status and output, both streams in order",
  async (roots) => {
    await withBox(roots, async ({ check }) => {
      assert.deepEqual(await check("echo a; echo b >&2; echo c; exit 3"), {
        exitCode: 3,
        output: "a\nb\nc\n",
      });
      assert.deepEqual(await check("kill -9 $$"), {
        exitCode: 137,
        output: "",
      });
      assert.deepEqual(await check("cat"), { exitCode: 0, output: "" });
    });
  },
);

engineTest(
  "execCheck() keeps the beginning of a long output, and reads on",
  async (roots) => {
    await withBox(roots, async ({ check }) => {
      const { exitCode, output } = await check(
        "i=0; while [ $i -lt 20000 ]; do echo 123456789; i=$((i+1)); done",
      );
      assert.equal(exitCode, 0);
      assert.equal(output, "123456789\n".repeat(500).slice(0, 4096));
    });
  },
);

engineTest("execCheck() kills what takes too long", async (roots) => {
  await withBox(roots, async ({ check }) => {
    const { exitCode, output } = await check("echo begun; exec sleep 60", 100);
    assert.equal(exitCode, -1);
    assert.match(output, /^Health check exceeded timeout \(0\.1s\)/);
  });
});

engineTest(
  "execCheck() does not wait for what a check leaves behind",
  async (roots) => {
    await withBox(roots, async ({ check }) => {
      assert.deepEqual(await check("sleep 60 & echo left"), {
        exitCode: 0,
        output: "left\n",
      });
      // It holds the output open, and fills it.
      const { exitCode } = await check("yes & :");
      assert.equal(exitCode, 0);
    });
  },
);

engineTest("execCheck() says what is wrong with the program", async (roots) => {
  await withBox(roots, async ({ id }) => {
    await assert.rejects(
      execCheck(roots.engine, id, ["/nothing"], { timeoutMs: 1000 }),
      (error) => error instanceof StartError && error.reason === "not-found",
    );
  });
});

engineTest(
  "execCheck() starts nothing in a paused container",
  async (roots) => {
    await withBox(roots, async ({ check, cgroupsPath }) => {
      const hierarchies = mountedHierarchies();
      assert.ok(freeze(cgroupsPath, hierarchies));
      try {
        await assert.rejects(check("true"), (error) => {
          assert.ok(error instanceof InvalidStateError);
          assert.match(error.message, /is paused, unpause the container/);
          return true;
        });
      } finally {
        thaw(cgroupsPath, hierarchies);
      }
    });
  },
);

engineTest(
  "execCheck() starts nothing in a container that has ended",
  async (roots) => {
    await withBox(roots, async ({ check, end }) => {
      await end();
      await assert.rejects(check("true"), InvalidStateError);
    });
  },
);
