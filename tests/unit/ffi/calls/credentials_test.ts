/** @module */
import assert from "node:assert/strict";
import {
  getRlimit,
  permittedCapabilities,
} from "../../../../ffi/calls/credentials.ts";
import { RLIM_INFINITY } from "../../../../ffi/constants/resource.ts";

Deno.test("permittedCapabilities() is CapPrm of /proc/self/status", () => {
  const status = Deno.readTextFileSync("/proc/self/status");
  const text = /CapPrm:\s*([0-9a-f]+)/.exec(status)?.[1];
  assert.equal(permittedCapabilities().toString(16).padStart(16, "0"), text);
});

Deno.test("getRlimit() is what /proc/self/limits shows", () => {
  const limits = Deno.readTextFileSync("/proc/self/limits");
  const rows = [
    ["RLIMIT_NOFILE", "Max open files"],
    ["RLIMIT_CORE", "Max core file size"],
    ["RLIMIT_STACK", "Max stack size"],
  ] as const;
  for (const [name, title] of rows) {
    const words = limits.split("\n").find((line) => line.startsWith(title))
      ?.slice(title.length).trim().split(/\s+/) ?? [];
    const { soft, hard } = getRlimit(name);
    assert.deepEqual([soft, hard].map(format), words.slice(0, 2), name);
  }
});

function format(limit: bigint): string {
  return limit === RLIM_INFINITY ? "unlimited" : String(limit);
}
