/** @module */
import assert from "node:assert/strict";
import type { LinuxResources } from "../../../../lib/oci/linux_resources.ts";
import { DEFAULT_DEVICE_RULES } from "../../../../lib/runtime/cgroups/default_device_rules.ts";
import { resourceFiles } from "../../../../lib/runtime/cgroups/resources.ts";
import { discardLimits } from "../../../../lib/runtime/cgroups/discard.ts";
import { cgroupTest } from "../../../support/container_cgroup.ts";

const MIB = 1024 ** 2;

cgroupTest("cgroupSteps() puts a process into every hierarchy", (cgroup) => {
  const { output, status } = cgroup.launch("cat /proc/self/cgroup").finish();
  assert.equal(status, 0, output);
  const lines = output.trim().split("\n");
  for (const { version, data } of cgroup.survey.hierarchies) {
    const name = version === "v2" ? "" : data;
    const line = lines.find((one) => one.split(":")[1] === name);
    assert.ok(line?.endsWith(cgroup.path), `${data} in ${output}`);
  }
});

cgroupTest("cgroupSteps() puts children there, too", (cgroup) => {
  const { output } = cgroup.launch("sh -c 'sh -c \"cat /proc/self/cgroup\"'")
    .finish();
  const inside = output.split("\n").filter((line) =>
    line.endsWith(cgroup.path)
  );
  assert.ok(inside.length >= cgroup.survey.hierarchies.length, output);
});

/** What is asked for, without what depends on a disk. */
const LIMITS: LinuxResources = {
  memory: { limit: 64 * MIB, swap: 96 * MIB, reservation: 32 * MIB },
  cpu: { shares: 512, quota: 50_000, period: 100_000, cpus: "0", mems: "0" },
  pids: { limit: 100 },
  blockIO: { weight: 300 },
};

cgroupTest(
  "cgroupSteps() writes every limit into the kernel's file",
  (cgroup) => {
    const { warnings, finish } = cgroup.launch("exec sleep 1000", LIMITS);
    const { resources } = discardLimits(cgroup.survey, LIMITS);
    const files = resourceFiles(resources, cgroup.survey);
    assert.ok(files.length >= 6);
    for (const { file, value } of files) {
      const read = cgroup.read(file);
      assert.ok(
        read === value || read === `default ${value}`,
        `${file} is ${read}, not ${value}`,
      );
    }
    for (const warning of warnings) assert.match(warning, /Block I\/O weight/);
    Deno.kill(Number(cgroup.read("cgroup.procs")), "SIGKILL");
    assert.equal(finish().status, 137);
  },
  "memory",
  "swap",
  "quota",
  "cpuset",
  "pids",
);

cgroupTest("cgroupSteps() sets what only v1 has", (cgroup) => {
  const memory = { swappiness: 7, disableOOMKiller: true, limit: 64 * MIB };
  const { warnings, finish } = cgroup.launch("true", { memory });
  finish();
  if (cgroup.read("memory.swappiness") === undefined) {
    assert.equal(warnings.length, 2);
  } else {
    assert.equal(cgroup.read("memory.swappiness"), "7");
    assert.match(cgroup.read("memory.oom_control") ?? "", /_disable 1$/m);
  }
}, "memory");

cgroupTest("cgroupSteps() limits tasks from the first one on", (cgroup) => {
  const script = "(:) && (:) && sleep 0 & sleep 0 & sleep 0 & wait";
  const refused = cgroup.launch(script, { pids: { limit: 2 } }).finish();
  assert.match(refused.output, /fork/i);
}, "pids");

cgroupTest("cgroupSteps() confines a process to its CPUs", (cgroup) => {
  const cpu = { cpus: "0" };
  const { output } = cgroup.launch("grep Cpus_allowed_list /proc/self/status", {
    cpu,
  }).finish();
  assert.match(output, /:\t0$/m);
}, "cpuset");

cgroupTest(
  "cgroupSteps() lets the default devices be used, no others",
  (cgroup) => {
    const { output } = cgroup.launch(
      `t() { "$@" >/dev/null 2>&1 && echo yes || echo no; }
     t head -c1 /dev/zero
     t head -c1 /dev/urandom
     t dd if=/dev/null of=/dev/null
     t dd if=/dev/kmsg of=/dev/null count=0
     t head -c1 /dev/mem`,
      { devices: DEFAULT_DEVICE_RULES },
    ).finish();
    assert.deepEqual(output.trim().split("\n"), [
      "yes",
      "yes",
      "yes",
      "no",
      "no",
    ]);
  },
);

cgroupTest("cgroupSteps() allows any device without rules", (cgroup) => {
  const { status } = cgroup.launch("dd if=/dev/kmsg of=/dev/null count=0")
    .finish();
  assert.equal(status, 0);
});

cgroupTest("cgroupSteps() throttles CPU time", (cgroup) => {
  const cpu = { quota: 5_000, period: 50_000 };
  const shell = cgroup.launch("while :; do :; done", { cpu });
  cgroup.waitFor("cpu.stat", /^nr_throttled [1-9]/m);
  Deno.kill(shell.pid, "SIGKILL");
  assert.equal(shell.finish().status, 137);
}, "quota");

cgroupTest(
  "cgroupSteps() makes a cgroup once, and takes over no other",
  (cgroup) => {
    cgroup.launch("true").finish();
    assert.throws(() => cgroup.launch("true"), {
      name: "StartError",
      message: /^Cannot prepare the container: mkdirat\(.*EEXIST/,
    });
  },
);

cgroupTest("cgroupSteps() says which file refuses which value", (cgroup) => {
  assert.throws(() => cgroup.launch("true", { cpu: { cpus: "99999" } }), {
    name: "StartError",
    message: /^Cannot set cpuset.cpus of the container's cgroup to "99999": E/,
  });
}, "cpuset");
