/**
 * From the command line of `run` to its options.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../../lib/base/errors.ts";
import type { RunOptions } from "../../../../lib/engine/run_options.ts";
import {
  RUN_FLAGS,
  toRunOptions,
} from "../../../../lib/cli/commands/run_options.ts";
import { runCommand } from "../../../../lib/cli/commands/run.ts";
import { parseArguments } from "../../../../lib/cli/parse.ts";
import { runOptions } from "../../../support/run_options.ts";

const FILES = new Map([
  ["first", "A=file\nB=file\n"],
  ["second", "B=second\n"],
  ["wrong", "A=1\n=2\n"],
  ["labels", "# two\n\n  file=x y \r\nkey\n"],
  ["profile", '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}'],
  ["no-json", "{"],
  ["no-profile", '{"defaultAction":"x"}'],
]);

function understand(...args: string[]): Promise<RunOptions> {
  const { positionals, stopsAtPositional = true } = runCommand.spec;
  const spec = { flags: RUN_FLAGS, positionals, stopsAtPositional };
  return toRunOptions(parseArguments(spec, "run", args), {
    env: new Map([["HOME", "/root"]]),
    readTextFile(path): string {
      const text = FILES.get(path);
      if (text === undefined) throw new Deno.errors.NotFound("No such file");
      return text;
    },
  });
}

/** A wrong flag is an error of the parser, which throws at once. */
async function understandLater(...args: string[]): Promise<RunOptions> {
  return await understand(...args);
}

const BARE = runOptions({ image: "img", command: [] });

const MEANINGS: readonly (readonly [string, Partial<RunOptions>])[] = [
  ["img", {}],
  ["img sh -c -- x", { command: ["sh", "-c", "--", "x"] }],
  ["-it img", { interactive: true, tty: true }],
  ["-ti --rm img", { interactive: true, tty: true, autoRemove: true }],
  ["--name web img", { name: "web" }],
  ["-name web img", { name: "web" }],
  ["-w /tmp -u 1000:1000 -h box img", {
    workdir: "/tmp",
    user: "1000:1000",
    hostname: "box",
  }],
  ["--entrypoint= img", { entrypoint: "" }],
  ["--entrypoint /bin/sh img", { entrypoint: "/bin/sh" }],
  ["-v a:/a --volume b:/b:ro img", { volumes: ["a:/a", "b:/b:ro"] }],
  ["--tmpfs /t --tmpfs /u:size=1m img", { tmpfs: ["/t", "/u:size=1m"] }],
  ["--read-only --init img", { readOnly: true, init: true }],
  ["--cidfile id img", { cidfile: "id" }],
  ["--net host img", { networks: ["host"] }],
  ["--network=a --network b:ip=10.0.0.9,alias=c --net none img", {
    networks: ["a", "b:ip=10.0.0.9,alias=c", "none"],
  }],
  ["-net testbridge -p 80:80 img", {
    networks: ["testbridge"],
    publish: ["80:80"],
  }],
  ["-dp 127.0.0.1:80:80/udp --publish=81 -P img", {
    detach: true,
    publish: ["127.0.0.1:80:80/udp", "81"],
    publishAll: true,
  }],
  ["--expose 80 --expose=90-95/udp img", { expose: ["80", "90-95/udp"] }],
  ["--ip 10.0.0.9 --ip6 fd00::9 --mac-address 02:42:ac:11:00:02 img", {
    ip: "10.0.0.9",
    ip6: "fd00::9",
    macAddress: "02:42:ac:11:00:02",
  }],
  ["--network-alias a --net-alias b img", { networkAliases: ["a", "b"] }],
  ["--dns 1.1.1.1 --dns-search . --dns-option a --dns-opt b img", {
    dns: ["1.1.1.1"],
    dnsSearch: ["."],
    dnsOptions: ["a", "b"],
  }],
  ["--add-host db:10.0.0.5 img", { addHosts: ["db:10.0.0.5"] }],
  ["--pull always img", { pull: "always" }],
  ["--explain img", { trace: { mode: "explain", format: "text" } }],
  ["--explain=json img", { trace: { mode: "explain", format: "json" } }],
  ["--dry-run img", { trace: { mode: "dry-run", format: "text" } }],
  ["--dry-run=json img", { trace: { mode: "dry-run", format: "json" } }],
  ["-m 64m -c 512 --cpus 1.5 img", {
    memory: "64m",
    cpuShares: 512,
    cpus: "1.5",
  }],
  ["-m64m -c=512 img", { memory: "64m", cpuShares: 512 }],
  ["-m 64m -cpushare 512 -cpuset 0-1 img", {
    memory: "64m",
    cpuShares: 512,
    cpusetCpus: "0-1",
  }],
  ["--memory-swap -1 --memory-reservation=1m --memory-swappiness 0 img", {
    memorySwap: "-1",
    memoryReservation: "1m",
    memorySwappiness: 0,
  }],
  ["--oom-score-adj -5 --oom-kill-disable img", {
    oomScoreAdj: -5,
    oomKillDisable: true,
  }],
  ["--cpu-period 1000 --cpu-quota -1 --cpuset-cpus 0 --cpuset-mems 0 img", {
    cpuPeriod: 1000,
    cpuQuota: -1,
    cpusetCpus: "0",
    cpusetMems: "0",
  }],
  ["--pids-limit 20 --blkio-weight 10 img", { pidsLimit: 20, blkioWeight: 10 }],
  [
    "--device-read-bps a --device-write-bps b --device-read-iops c --device-write-iops d img",
    {
      deviceReadBps: ["a"],
      deviceWriteBps: ["b"],
      deviceReadIops: ["c"],
      deviceWriteIops: ["d"],
    },
  ],
  ["--cgroup-parent /ci --cgroups disabled --cgroupns host img", {
    cgroupParent: "/ci",
    cgroups: "disabled",
    cgroupns: "host",
  }],
  ["--ulimit a=1 --ulimit b=2 --shm-size 1g --sysctl c=3 img", {
    ulimits: ["a=1", "b=2"],
    shmSize: "1g",
    sysctls: ["c=3"],
  }],
  ["--cap-add A --cap-drop B --privileged --group-add g img", {
    capAdd: ["A"],
    capDrop: ["B"],
    privileged: true,
    groupAdd: ["g"],
  }],
  ["--userns auto --pid host --ipc none --uts private img", {
    userns: "auto",
    pid: "host",
    ipc: "none",
    uts: "private",
  }],
  ["--uidmap 0:1:1 --gidmap 0:2:1 img", {
    uidmaps: ["0:1:1"],
    gidmaps: ["0:2:1"],
  }],
  ["--device /dev/fuse --device-cgroup-rule x img", {
    devices: ["/dev/fuse"],
    deviceCgroupRules: ["x"],
  }],
  ["--security-opt no-new-privileges --security-opt seccomp=unconfined img", {
    securityOpts: ["no-new-privileges", "seccomp=unconfined"],
  }],
  ["--security-opt seccomp=profile img", {
    securityOpts: ["seccomp=profile"],
    seccompProfile: { defaultAction: "SCMP_ACT_ALLOW", syscalls: [] },
  }],
  ["--security-opt seccomp=nosuch --security-opt seccomp:builtin img", {
    securityOpts: ["seccomp=nosuch", "seccomp:builtin"],
  }],
  ["-e A=1 -e HOME -e NOSUCH img", {
    env: [
      { name: "A", value: "1" },
      { name: "HOME", value: "/root" },
      { name: "NOSUCH" },
    ],
  }],
  ["-e A=flag --env-file first --env-file second img", {
    env: [
      { name: "A", value: "file" },
      { name: "B", value: "file" },
      { name: "B", value: "second" },
      { name: "A", value: "flag" },
    ],
  }],
  ["-d --replace --pidfile p --volumes-from web:ro img", {
    detach: true,
    replace: true,
    pidfile: "p",
    volumesFrom: ["web:ro"],
  }],
  ["--restart=on-failure:2 --stop-signal INT --stop-timeout -1 img", {
    restart: "on-failure:2",
    stopSignal: "INT",
    stopTimeout: -1,
  }],
  ["--timeout 9 --log-driver none --log-opt max-file=2 img", {
    timeout: 9,
    logDriver: "none",
    logOpts: ["max-file=2"],
  }],
  ["-l a=1 --label b --label-file labels img", {
    labels: ["file=x y ", "key", "a=1", "b"],
  }],
  ["--health-cmd c --health-interval 1s --health-retries 2 img", {
    healthCmd: "c",
    healthInterval: "1s",
    healthRetries: 2,
  }],
  [
    "--health-timeout 2s --health-start-period 3s --health-start-interval 4s img",
    {
      healthTimeout: "2s",
      healthStartPeriod: "3s",
      healthStartInterval: "4s",
    },
  ],
  ["--no-healthcheck img", { noHealthcheck: true }],
  ["--wait -a stdout --sig-proxy=false --detach-keys a img", {}],
];

for (const [line, changes] of MEANINGS) {
  Deno.test(`toRunOptions() understands "${line}"`, async () => {
    assert.deepEqual(await understand(...line.split(" ")), {
      ...BARE,
      ...changes,
    });
  });
}

Deno.test("toRunOptions() keeps words with spaces whole", async () => {
  const options = await understand(
    "-e",
    "A=x y",
    "img",
    "sh",
    "-c",
    'echo "$A"',
  );
  assert.deepEqual(options.env, [{ name: "A", value: "x y" }]);
  assert.deepEqual(options.command, ["sh", "-c", 'echo "$A"']);
});

const REFUSALS: readonly (readonly [string, RegExp])[] = [
  [
    "--env-file nosuch img",
    /^UsageError: Cannot read the env file "nosuch": No such file$/,
  ],
  [
    "--label-file nosuch img",
    /^UsageError: Cannot read the label file "nosuch": No such file$/,
  ],
  ["--env-file wrong img", /^UsageError: invalid env file wrong:2: /],
  ["-e =1 img", /^UsageError: invalid argument "=1" for "-e, --env" flag: /],
  [
    "--explain --dry-run img",
    /^UsageError: --explain and --dry-run exclude each other$/,
  ],
  ["--explain=yaml img", /^UsageError: .* must be text or json$/],
  [
    "--pull sometimes img",
    /^UsageError: .* must be missing, always, never or newer$/,
  ],
  [
    "--cgroups split img",
    /^UsageError: .*"--cgroups" flag: must be enabled or disabled$/,
  ],
  ["--pids-limit x img", /"--pids-limit" flag: must be a whole number$/],
  [
    "--security-opt seccomp=nosuch img",
    /^UsageError: opening seccomp profile \(nosuch\) failed: No such file$/,
  ],
  [
    "--security-opt seccomp=no-json img",
    /^UsageError: Decoding seccomp profile \(no-json\) failed: /,
  ],
  [
    "--security-opt seccomp=no-profile img",
    /^UsageError: Decoding seccomp profile \(no-profile\) failed: /,
  ],
  ["--security-opt x img", /^UsageError: Invalid --security-opt: "x"$/],
];

for (const [line, message] of REFUSALS) {
  Deno.test(`toRunOptions() refuses "${line}"`, async () => {
    await assert.rejects(understandLater(...line.split(" ")), message);
  });
}

Deno.test("toRunOptions() refuses an empty image", async () => {
  await assert.rejects(understandLater("", "true"), UsageError);
});
