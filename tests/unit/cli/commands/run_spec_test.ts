/**
 * From command lines to specifications: what each differs in from the one of a
 * container that asks for nothing, which `default_spec.json` has in full.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertGolden } from "../../../support/golden.ts";
import { runStages } from "../../../support/run_stages.ts";

/** Names of the files in `tests/fixtures/engine/specs`, and what they are of. */
const LINES = {
  limits: "-m 64m --cpus 0.5 --pids-limit 20 busybox true",
  small_engines: "-ti -m 64m -cpushare 512 -cpuset 0 -name web busybox true",
  all_limits: "-m 1g --memory-reservation 512m --memory-swap -1 " +
    "--memory-swappiness 10 --oom-kill-disable --oom-score-adj 500 " +
    "--cpu-shares 512 --cpu-period 50000 --cpu-quota 25000 " +
    "--cpuset-cpus 0-1 --cpuset-mems 0 --pids-limit -1 --blkio-weight 300 " +
    "--device-read-bps /dev/vda:1mb --device-write-iops /dev/vda:100 " +
    "--cgroup-parent /ci --ulimit nofile=1024:99999 --ulimit core=0 " +
    "busybox true",
  privileged: "--privileged busybox true",
  nearly_privileged: "--privileged --cap-drop SYS_BOOT --device /dev/fuse " +
    "--security-opt seccomp=builtin busybox true",
  one_capability: "--cap-drop ALL --cap-add net_bind_service -u web " +
    "--security-opt no-new-privileges busybox true",
  more_capabilities: "--cap-add SYS_ADMIN --cap-add CAP_NET_ADMIN " +
    "--cap-drop mknod busybox true",
  host_namespaces: "--pid host --ipc host --uts host --cgroupns host " +
    "--network host busybox true",
  devices: "--device /dev/fuse --device /dev/snd/seq:/dev/seq:r " +
    "--device-cgroup-rule 'c,42:*,rwm' busybox true",
  mapped_ids: "--uidmap 0:100000:1000 --gidmap 0:200000:1000 busybox true",
  user_namespace_on_host_network:
    "--userns auto --network host --ipc host --privileged busybox true",
  unconfined: "--security-opt seccomp=unconfined " +
    "--security-opt systempaths=unconfined " +
    "--security-opt apparmor=unconfined busybox true",
  kernel_parameters: "--sysctl net.ipv4.ip_unprivileged_port_start=1024 " +
    "--sysctl kernel.shmmax=1000 --shm-size 1g busybox true",
  no_cgroups: "--cgroups disabled busybox true",
  server: "--init --read-only --tmpfs /tmp --group-add logs --group-add 55 " +
    "--ipc none -h web busybox true",
};

for (const [name, line] of Object.entries(LINES)) {
  Deno.test(`run ${line} makes the recorded specification`, async () => {
    const before = flatten((await runStages(["busybox", "true"])).spec);
    const after = flatten((await runStages(wordsOf(line))).spec);
    const changes = [
      ...before.filter((one) => !after.includes(one)).map((one) => `- ${one}`),
      ...after.filter((one) => !before.includes(one)).map((one) => `+ ${one}`),
    ];
    assertGolden(
      `run ${line}\n\n${changes.map((change) => `${change}\n`).join("")}`,
      `engine/specs/${name}.txt`,
    );
  });
}

/** Words without spaces, but for commas in quotes. */
function wordsOf(line: string): string[] {
  return line.split(" ").map((word) =>
    word.startsWith("'") ? word.slice(1, -1).replaceAll(",", " ") : word
  );
}

/** A line for each member, and for each element of a list of objects. */
function flatten(value: unknown, path = ""): string[] {
  if (Array.isArray(value) && typeof value[0] === "object") {
    return value.map((one) => `${path}[] ${JSON.stringify(one)}`);
  }
  if (Array.isArray(value) || typeof value !== "object" || value === null) {
    return [`${path} ${JSON.stringify(value)}`];
  }
  return Object.entries(value).flatMap(([name, member]) =>
    flatten(member, `${path}/${name}`)
  );
}

Deno.test("the options of run are kept as plain data", async () => {
  for (const line of Object.values(LINES)) {
    const { config, spec } = await runStages(wordsOf(line));
    assert.deepEqual(JSON.parse(JSON.stringify(config)), config, line);
    assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec, line);
  }
});
