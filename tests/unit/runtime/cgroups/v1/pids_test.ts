/** @module */
import { pidsFiles } from "../../../../../lib/runtime/cgroups/v1/pids.ts";
import { testFiles, testRefusals } from "../../../../support/cgroup_files.ts";

testFiles(pidsFiles, "pids", [
  [{ limit: 2048 }, ["pids.max=2048"]],
  [{ limit: 1 }, ["pids.max=1"]],
  [{ limit: 0 }, ["pids.max=1"]],
  [{ limit: -1 }, ["pids.max=max"]],
]);

testRefusals(pidsFiles, [
  [{ limit: -2 }, "/pids/limit"],
  [{ limit: 1.5 }, "/pids/limit"],
]);
