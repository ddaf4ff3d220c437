/** @module */
import assert from "node:assert/strict";
import { KernelProbe } from "../../../../lib/engine/doctor/kernel_probe.ts";
import { capabilityNames } from "../../../../lib/runtime/security/capabilities.ts";

const ROOTS = { root: "/nonexistent/root", runRoot: "/nonexistent/run" };

Deno.test("KernelProbe reads what there is, and nothing else", () => {
  using probe = new KernelProbe(ROOTS);
  assert.match(probe.readText("/proc/self/status") ?? "", /^Name:/);
  assert.equal(probe.readText("/nonexistent"), undefined);
  assert.equal(probe.readText("/proc"), undefined);
  assert.match(probe.readLink("/proc/self/ns/pid") ?? "", /^pid:\[/);
  assert.equal(probe.readLink("/proc"), undefined);
  assert.ok(probe.exists("/proc/self/ns/pid"));
  assert.ok(!probe.exists("/nonexistent"));
});

Deno.test("KernelProbe tells who and where it is", () => {
  using probe = new KernelProbe(ROOTS);
  assert.equal(probe.uid, Deno.uid());
  assert.equal(probe.kernel, Deno.osRelease());
  assert.equal(probe.program.kind, "source");
  assert.ok(Deno.execPath().startsWith(`${probe.program.directory}/`));
  assert.equal(probe.roots, ROOTS);
});

Deno.test("KernelProbe.capabilities() are those in /proc", () => {
  using probe = new KernelProbe(ROOTS);
  const { permitted, bounding } = probe.capabilities();
  const status = Deno.readTextFileSync("/proc/self/status");
  const set = (name: string): string | undefined =>
    new RegExp(`^${name}:\\s+(\\w+)$`, "m").exec(status)?.[1];
  const hex = (mask: bigint): string => mask.toString(16).padStart(16, "0");
  assert.equal(hex(permitted), set("CapPrm"));
  assert.equal(hex(bounding), set("CapBnd"));
  assert.ok(capabilityNames(bounding).length <= 41);
});

Deno.test("KernelProbe.space() is of what exists of a path", () => {
  using probe = new KernelProbe(ROOTS);
  const { totalBytes = 0, freeBytes = 0 } = probe.space("/nonexistent/a/b") ??
    {};
  assert.ok(totalBytes > 0 && freeBytes <= totalBytes);
  assert.equal(probe.space("/")?.totalBytes, totalBytes);
});

Deno.test("KernelProbe.limit() is this process's", () => {
  using probe = new KernelProbe(ROOTS);
  const { soft, hard } = probe.limit("RLIMIT_NOFILE");
  assert.ok(soft > 0n && soft <= hard);
});
