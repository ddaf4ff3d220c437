/** @module */
import assert from "node:assert/strict";
import { createPipe } from "../../../ffi/calls/pipe.ts";
import { HostError } from "../../../lib/base/errors.ts";
import { NativeLauncher } from "../../../ffi/launcher/launcher.ts";
import { launchNative } from "../../../lib/runtime/launch/native.ts";
import { launchReinvoked } from "../../../lib/runtime/launch/reinvoke.ts";
import {
  explainMaps,
  holdUserNamespace,
} from "../../../lib/runtime/launch/user_namespace.ts";
import type { LaunchAttempt } from "../../../lib/runtime/launch/container_process.ts";
import { openDescriptors } from "../../support/processes.ts";
import { rootTest } from "../../support/root.ts";

const MAPS = { uid: "0 300000 65536\n", gid: "0 400000 65536\n" };

function children(): string {
  return Deno.readTextFileSync("/proc/thread-self/children").trim();
}

rootTest("holdUserNamespace() keeps a namespace and no process", async () => {
  const before = openDescriptors();
  {
    using namespace = await holdUserNamespace(MAPS);
    const target = await Deno.readLink(namespace.path);
    assert.match(target, /^user:\[\d+\]$/);
    assert.notEqual(target, await Deno.readLink("/proc/self/ns/user"));
    assert.equal(children(), "");
  }
  assert.equal(openDescriptors(), before);
});

rootTest(
  "holdUserNamespace() explains ids that the kernel refuses",
  async () => {
    const before = openDescriptors();
    await assert.rejects(
      holdUserNamespace({ ...MAPS, gid: "0 1 5\n3 7 5\n" }),
      (error) => {
        assert.ok(error instanceof HostError);
        assert.match(error.message, /^Cannot make a user namespace: write\(/);
        assert.match(error.message, /EINVAL/);
        assert.match(error.advice ?? "", /max_user_namespaces/);
        return true;
      },
    );
    assert.equal(openDescriptors(), before);
    assert.equal(children(), "");
  },
);

rootTest("explainMaps() passes on what is no refusal of the kernel", () => {
  assert.equal(explainMaps(() => 7), 7);
  assert.throws(() =>
    explainMaps(() => {
      throw new RangeError("other");
    }), RangeError);
});

/** What an executor makes of a plan that needs ids mapped. */
function attempt(
  script: string,
  status: LaunchAttempt["status"],
  native: LaunchAttempt["native"],
): LaunchAttempt {
  return {
    plan: {
      prepare: [],
      clone: { value: 0x10000000, text: "CLONE_NEWUSER" },
      idMaps: MAPS,
      child: [{
        call: "execve",
        args: ["/bin/sh", { words: ["sh", "-c", script, null] }, {
          words: ["PATH=/usr/bin:/bin", null],
        }],
        why: "the program",
      }],
    },
    results: new Map([["status", status.writable.number]]),
    status,
    mounts: { outside: (action) => action() },
    tracing: "off",
    native,
  };
}

rootTest("launchNative() maps the ids of a plan", async () => {
  using status = createPipe();
  // It is still the host's root, and reads of the maps are for everybody.
  const script = `test "$(tr -s ' ' < /proc/self/uid_map)" = ' 0 300000 65536'`;
  using native = new NativeLauncher();
  const outcome = launchNative(attempt(script, status, native));
  assert.ok(outcome.kind === "started", Deno.inspect(outcome));
  assert.deepEqual(await outcome.process.wait(), { kind: "exited", status: 0 });
});

rootTest("launchReinvoked() says that it cannot map ids", async () => {
  using status = createPipe();
  const native = { reason: "it is not asked for" };
  assert.deepEqual(await launchReinvoked(attempt("true", status, native)), {
    kind: "unavailable",
    reason: "user namespaces need the native launcher",
  });
});
