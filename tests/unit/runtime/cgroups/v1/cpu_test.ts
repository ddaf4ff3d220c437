/** @module */
import { cpuFiles } from "../../../../../lib/runtime/cgroups/v1/cpu.ts";
import { testFiles, testRefusals } from "../../../../support/cgroup_files.ts";

testFiles(cpuFiles, "cpu", [
  [{}, []],
  [{ shares: 0, period: 0, quota: 0 }, []],
  [{ cpus: "0", mems: "0" }, []],
  [{ shares: 2 }, ["cpu.shares=2"]],
  [{ shares: 262_144 }, ["cpu.shares=262144"]],
  [{ quota: 50_000 }, ["cpu.cfs_quota_us=50000"]],
  [{ quota: -1 }, ["cpu.cfs_quota_us=-1"]],
  [{ period: 20_000 }, ["cpu.cfs_period_us=20000"]],
  // The other way round, the quota could exceed the parent's for a moment.
  [{ quota: 10_000, period: 20_000, shares: 512 }, [
    "cpu.shares=512",
    "cpu.cfs_period_us=20000",
    "cpu.cfs_quota_us=10000",
  ]],
]);

testRefusals(cpuFiles, [
  [{ shares: 1 }, "/cpu/shares"],
  [{ shares: 262_145 }, "/cpu/shares"],
  [{ shares: -1 }, "/cpu/shares"],
  [{ shares: 2.5 }, "/cpu/shares"],
  [{ period: -1 }, "/cpu/period"],
  [{ quota: -2 }, "/cpu/quota"],
]);
