/** @module */
import assert from "node:assert/strict";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  hidePathSteps,
  maskSourceSteps,
} from "../../../../lib/runtime/plan/hidden_paths.ts";
import { runtimeSpec } from "../../../support/runtime_spec.ts";

const LATER = ["/proc", "/sys"];

Deno.test("hidePathSteps() covers paths of the new process's mounts in it", () => {
  const spec = runtimeSpec({
    linux: { maskedPaths: ["/proc/keys"], readonlyPaths: ["/proc/sys"] },
  });
  const { prepare, child } = hidePathSteps(spec, LATER);
  assert.deepEqual(prepare, []);
  assert.deepEqual(child.map(describeStep), [
    'mount("/dev/null", "proc/keys", NULL, MS_BIND, NULL)',
    'mount("tmpfs", "proc/keys", "tmpfs", MS_RDONLY, "size=0k")',
    'mount("proc/sys", "proc/sys", NULL, MS_BIND|MS_REC, NULL)',
    'mount(NULL, "proc/sys", NULL, MS_BIND|MS_REMOUNT|MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)',
  ]);
});

Deno.test("hidePathSteps() resolves paths of the image beneath the root", () => {
  const spec = runtimeSpec({
    linux: { maskedPaths: ["/etc/shadow"], readonlyPaths: ["/opt"] },
  });
  const { prepare, child } = hidePathSteps(spec, LATER);
  assert.deepEqual(child, []);
  assert.deepEqual(prepare.map(describeStep), [
    'mount("/dev/null", <root>/etc/shadow, NULL, MS_BIND, NULL)',
    'mount("tmpfs", <root>/etc/shadow, "tmpfs", MS_RDONLY, "size=0k")',
    "mount(<root>/opt, <root>/opt, NULL, MS_BIND|MS_REC, NULL)",
    "mount(NULL, <root>/opt, NULL, MS_BIND|MS_REMOUNT|MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)",
  ]);
});

Deno.test("hidePathSteps() takes /process for what it is: no part of /proc", () => {
  const spec = runtimeSpec({
    linux: { maskedPaths: ["/process"], readonlyPaths: [] },
  });
  assert.equal(hidePathSteps(spec, LATER).child.length, 0);
});

Deno.test("hidePathSteps() passes over what is not there, and nothing else", () => {
  const { prepare, child } = hidePathSteps(
    runtimeSpec({
      linux: { maskedPaths: ["/proc/keys", "/x"], readonlyPaths: ["/y"] },
    }),
    LATER,
  );
  for (const { tolerate } of [...prepare, ...child]) {
    assert.deepEqual(tolerate, ["ENOENT", "ENOTDIR"]);
  }
});

Deno.test("maskSourceSteps() makes the null device read-only, if it is needed", () => {
  assert.equal(maskSourceSteps(runtimeSpec()).length, 2);
  const none = runtimeSpec({ linux: { maskedPaths: [] } });
  assert.deepEqual(maskSourceSteps(none), []);
});
