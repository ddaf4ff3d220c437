/** @module */
import assert from "node:assert/strict";
import {
  isKernelAtLeast,
  parseKernel,
} from "../../../lib/base/kernel_version.ts";

const RELEASES: readonly (readonly [string, number, number])[] = [
  ["6.1.0-18-amd64", 6, 1],
  ["5.19.0", 5, 19],
  ["6.18.44-fc", 6, 18],
  ["7.0-rc3", 7, 0],
  ["5.19+", 5, 19],
  ["10.0", 10, 0],
  ["7", 7, 0],
  ["", 0, 0],
  ["x", 0, 0],
];

for (const [release, major, minor] of RELEASES) {
  Deno.test(`parseKernel() reads "${release}"`, () => {
    assert.deepEqual(parseKernel(release), { major, minor });
  });
}

Deno.test("parseKernel() reads this kernel's release", () => {
  assert.ok(parseKernel(Deno.osRelease()).major >= 4);
});

Deno.test("isKernelAtLeast() compares numbers, not text", () => {
  const kernel = { major: 5, minor: 19 };
  for (const version of ["5.19", "5.4", "4.20", "5.9"]) {
    assert.ok(isKernelAtLeast(kernel, version), version);
  }
  for (const version of ["5.20", "5.100", "6.0", "10.1"]) {
    assert.ok(!isKernelAtLeast(kernel, version), version);
  }
});
