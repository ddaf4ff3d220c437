/** @module */
import assert from "node:assert/strict";
import {
  cpuFiles,
  weightOfShares,
} from "../../../../../lib/runtime/cgroups/v2/cpu.ts";
import { testFiles, testRefusals } from "../../../../support/cgroup_files.ts";

testFiles(cpuFiles, "cpu", [
  [{}, []],
  [{ shares: 0, period: 0, quota: 0 }, []],
  [{ cpus: "0", mems: "0" }, []],
  [{ shares: 1024 }, ["cpu.weight=100"]],
  [{ quota: 50_000 }, ["cpu.max=50000 100000"]],
  [{ quota: 50_000, period: 0 }, ["cpu.max=50000 100000"]],
  [{ quota: -1 }, ["cpu.max=max 100000"]],
  [{ period: 20_000 }, ["cpu.max=max 20000"]],
  [{ quota: -1, period: 20_000 }, ["cpu.max=max 20000"]],
  [{ quota: 10_000, period: 20_000, shares: 512 }, [
    "cpu.weight=59",
    "cpu.max=10000 20000",
  ]],
]);

testRefusals(cpuFiles, [
  [{ shares: -1 }, "/cpu/shares"],
  [{ shares: 2.5 }, "/cpu/shares"],
  [{ period: -1 }, "/cpu/period"],
  [{ period: 0.5 }, "/cpu/period"],
  [{ quota: -2 }, "/cpu/quota"],
]);

/** Values that the reference runtimes are known to write. */
const WEIGHTS: readonly (readonly [shares: number, weight: number])[] = [
  [0, 1],
  [1, 1],
  [2, 1],
  [3, 2],
  [102, 17],
  [512, 59],
  [1024, 100],
  [2000, 170],
  [262_143, 10_000],
  [262_144, 10_000],
  [1_000_000, 10_000],
];

for (const [shares, weight] of WEIGHTS) {
  Deno.test(`weightOfShares() of ${shares} is ${weight}`, () => {
    assert.equal(weightOfShares(shares), weight);
  });
}

Deno.test("weightOfShares() never falls, and stays in the kernel's range", () => {
  let before = 1;
  for (let shares = 2; shares <= 262_144; shares += 7) {
    const weight = weightOfShares(shares);
    assert.ok(Number.isInteger(weight) && weight <= 10_000, `${shares}`);
    assert.ok(weight >= before, `${shares}`);
    before = weight;
  }
});
