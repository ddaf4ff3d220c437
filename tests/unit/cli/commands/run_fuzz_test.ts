/**
 * Random command lines through all stages of `run` that touch nothing: each is
 * refused in words for its user, or becomes a plan.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  HostError,
  SpecError,
  UsageError,
} from "../../../../lib/base/errors.ts";
import { RUN_FLAGS } from "../../../../lib/cli/commands/run_options.ts";
import type { CgroupSurvey } from "../../../../lib/runtime/cgroups/survey.ts";
import {
  NO_CGROUPS,
  v1Hierarchy,
  v1Survey,
  v2Hierarchy,
  v2Survey,
} from "../../../support/cgroup_surveys.ts";
import { Random } from "../../../support/random.ts";
import { runStages, type Stages } from "../../../support/run_stages.ts";

const LINES = 10_000;
const SEED = 20_203;

const SIZES = ["64m", "6m", "1.5g", "0", "5", "-1", "1p", "512KiB"];
const NUMBERS = ["0", "-1", "1", "10", "100", "512", "1000", "1000000"];
const RATES = ["/dev/sda:1mb", "/dev/vda:100", "/dev/sdb:1", "sda:1", "/dev/x"];
const DURATIONS = ["10s", "1m30s", "0", "-1s", "500us", "5", ""];
const MODES = ["host", "private", "none", "", "container:x"];
const NAMES = ["KILL", "cap_net_admin", "ALL", "all", "SYS_RESOURCE", "FOO"];
const MAPS = ["0:100000:65536", "0:0:1", "1:5:5", "3:100002:9", "0:1"];

/** Values worth trying, right and wrong, of each flag that takes one. */
const VALUES: Partial<Record<keyof typeof RUN_FLAGS, readonly string[]>> = {
  name: ["web", "a", "-", "a/b"],
  env: ["A=1", "HOME", "NOSUCH", "=1", "PATH="],
  envFile: ["variables", "nosuch"],
  workdir: ["/", "/srv//x", "srv", ""],
  user: ["web", "0", "1000:1000", "nosuch", "web:logs"],
  hostname: ["box", "", "a b"],
  entrypoint: ["", "sh", "/bin/sh"],
  volumes: ["/a:/b", "/a:/dev", "/a:/sys", "./x:/proc/y", "/a:/etc:ro", "x"],
  mounts: [
    "src=v,dst=/m,volume-subpath=a",
    "type=bind,src=/a,dst=/dev/x,ro,idmap",
    "type=tmpfs,dst=/m/n,tmpfs-size=1m",
    "type=image,src=i,dst=/i",
    "dst=x",
  ],
  tmpfs: ["/run", "/dev", "/sys/fs/cgroup", "/dev/shm:size=1m", "/x:y z", "x"],
  cidfile: ["id"],
  networks: [
    "none",
    "host",
    "bridge",
    "blue:ip=10.0.0.9,alias=db",
    "name=red,mac-address=02:42:ac:11:00:02",
    "container:web",
    "ns:/run/netns/x",
    "ns:x",
    "blue:x",
    "",
  ],
  networkAliases: ["db", "a b", ""],
  ip: ["10.0.0.9", "::1", "x"],
  ip6: ["fd00::9", "1.2.3.4", ""],
  macAddress: ["02:42:ac:11:00:02", "ff:ff:ff:ff:ff:ff", "x"],
  dns: ["1.1.1.1", "::1", "x"],
  dnsSearch: [".", "example.org", "a b"],
  dnsOptions: ["ndots:2", "a b", ""],
  addHosts: ["db:10.0.0.5", "host:host-gateway", "v6=[fd00::1]", "x"],
  expose: ["80", "90-95/udp", "x", "1:2"],
  pull: ["always", "x"],
  platform: ["linux/amd64", "x y"],
  memory: SIZES,
  memoryReservation: SIZES,
  memorySwap: SIZES,
  memorySwappiness: NUMBERS,
  oomScoreAdj: NUMBERS,
  cpus: ["1", "0.5", "2.0", "0.001", "3", "x", "0"],
  cpuShares: NUMBERS,
  cpuPeriod: NUMBERS,
  cpuQuota: NUMBERS,
  cpusetCpus: ["0", "0-1", "1,0", "7", "x", ""],
  cpusetMems: ["0", "0-0", "1"],
  pidsLimit: NUMBERS,
  blkioWeight: NUMBERS,
  deviceReadBps: RATES,
  deviceWriteBps: RATES,
  deviceReadIops: RATES,
  deviceWriteIops: RATES,
  cgroupParent: ["/ci", "a/b", "/", "..", ""],
  cgroups: ["enabled", "disabled", "split"],
  ulimits: ["nofile=1024", "nofile=9:99999", "core=-1", "host", "x=1", "cpu"],
  shmSize: SIZES,
  capAdd: NAMES,
  capDrop: NAMES,
  securityOpts: [
    "no-new-privileges",
    "seccomp=unconfined",
    "seccomp=profile.json",
    "seccomp=nosuch",
    "systempaths=unconfined",
    "apparmor=unconfined",
    "label=disable",
    "x",
  ],
  groupAdd: ["logs", "5", "nosuch", "4294967295"],
  userns: ["host", "auto", "auto:size=70000", "keep-id", "x"],
  uidmaps: MAPS,
  gidmaps: MAPS,
  devices: ["/dev/fuse", "/dev/a:/dev/null", "/dev/a:/b:r", "/dev/a:/dev/pts"],
  deviceCgroupRules: ["c 1:3 r", "a *:* rwm", "b *:* m", "c 1:3"],
  sysctls: ["net.core.somaxconn=5", "kernel.sem=1", "vm.swappiness=1", "net.x"],
  pid: MODES,
  ipc: MODES,
  uts: MODES,
  cgroupns: MODES,
  wait: ["", "10s", "5"],
  attach: ["stdin", "STDOUT", "x"],
  detachKeys: ["ctrl-p,ctrl-q", "a", "ctrl-", ""],
  sigProxy: ["true", "false", "x"],
  restart: ["no", "always", "unless-stopped", "on-failure:3", "always:1", "x"],
  stopSignal: ["KILL", "SIGRTMIN+3", "15", "65", "x", ""],
  stopTimeout: NUMBERS,
  timeout: NUMBERS,
  labels: ["a", "a=b", "a=b=c", "=b", ""],
  labelFile: ["variables", "nosuch"],
  logDriver: ["json-file", "none", "syslog", ""],
  logOpts: ["max-size=1m", "max-size=-1", "max-size=0", "max-file=2", "x"],
  volumesFrom: ["web", "web:ro", ""],
  publish: ["80:80", "127.0.0.1::80", "[::1]:1-9:1-9/sctp", "target=9", "x"],
  pidfile: ["pid"],
  healthCmd: ["true", "none", ""],
  healthInterval: DURATIONS,
  healthTimeout: DURATIONS,
  healthRetries: NUMBERS,
  healthStartPeriod: DURATIONS,
  healthStartInterval: DURATIONS,
  explain: ["text", "json", "x"],
  dryRun: ["text", "x"],
};

const CHARACTERS = [..."azAZ09 :=/.,-+_*@\\\"'%\n\tß\u{1f600}\u202e"];

/** A made-up value, or a known one with something changed. */
function strangeText(random: Random, known: readonly string[]): string {
  const text = random.once(2)
    ? [...random.pick(known)]
    : Array.from({ length: random.below(12) }, () => random.pick(CHARACTERS));
  text.splice(
    random.below(text.length + 1),
    random.below(3),
    ...(
      random.once(2) ? [random.pick(CHARACTERS)] : []
    ),
  );
  return text.join("");
}

function commandLine(random: Random): string[] {
  const flags = Object.entries(RUN_FLAGS);
  const args: string[] = [];
  for (let count = random.below(8); count > 0; count--) {
    const [option, flag] = random.pick(flags);
    const known = VALUES[option as keyof typeof RUN_FLAGS];
    if (known === undefined) args.push(`--${flag.long}`);
    else {
      const value = random.once(12)
        ? strangeText(random, known)
        : random.pick(known);
      args.push(`--${flag.long}=${value}`);
    }
  }
  return [...args, "busybox", ...(random.once(50) ? [] : ["true"])];
}

/** Hosts with every kind of cgroups, and with some controllers missing. */
const HOSTS: readonly { readonly survey?: CgroupSurvey }[] = [
  {},
  { survey: NO_CGROUPS },
  { survey: v1Survey() },
  { survey: v2Survey() },
  { survey: v2Survey({ controllers: ["memory", "pids"] }) },
  {
    survey: {
      mode: "hybrid",
      hierarchies: [v1Hierarchy("memory"), v2Hierarchy()],
    },
  },
];

async function attempt(
  args: readonly string[],
  survey: CgroupSurvey | undefined,
): Promise<Stages | undefined> {
  try {
    return await runStages(args, survey);
  } catch (error) {
    const isForTheUser = error instanceof UsageError ||
      error instanceof SpecError || error instanceof HostError;
    assert.ok(isForTheUser, `${JSON.stringify(args)}: ${error}`);
    return undefined;
  }
}

function assertWhole(
  args: readonly string[],
  { config, spec, plan }: Stages,
): void {
  const line = JSON.stringify(args);
  const last = plan.child.at(-1);
  assert.ok(last?.call === "execve" || last?.call === "execveat", line);
  assert.deepEqual(JSON.parse(JSON.stringify(config)), config, line);
  assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec, line);
}

Deno.test("10,000 random command lines of run are refused or become plans", async () => {
  const random = new Random(SEED);
  let planned = 0;
  for (let index = 0; index < LINES; index++) {
    const args = commandLine(random);
    const stages = await attempt(args, random.pick(HOSTS).survey);
    if (stages === undefined) continue;
    planned++;
    assertWhole(args, stages);
  }
  assert.ok(planned > LINES / 5, `only ${planned} were planned`);
  assert.ok(planned < LINES * 4 / 5, `${planned} were planned`);
});

Deno.test("each flag of run that takes a value is tried with some", () => {
  for (const [option, flag] of Object.entries(RUN_FLAGS)) {
    assert.equal(
      Object.hasOwn(VALUES, option),
      flag.type !== "boolean",
      option,
    );
  }
});
