/** @module */
import { cpusetFiles } from "../../../../../lib/runtime/cgroups/v2/cpuset.ts";
import { testFiles } from "../../../../support/cgroup_files.ts";

testFiles(cpusetFiles, "cpuset", [
  [{}, []],
  [{ cpus: "", mems: "" }, []],
  [{ shares: 512, quota: 1000 }, []],
  [{ cpus: "0-2,7" }, ["cpuset.cpus=0-2,7"]],
  [{ mems: "0" }, ["cpuset.mems=0"]],
  [{ mems: "0,1", cpus: "1" }, ["cpuset.cpus=1", "cpuset.mems=0,1"]],
]);
