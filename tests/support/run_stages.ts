/**
 * The stages of `run` that touch nothing, one after the other: from the command
 * line to the specification and the plan, on a host that is made up.
 *
 * @module
 */
import type { ContainerId } from "../../lib/base/identifiers.ts";
import { RUN_FLAGS, toRunOptions } from "../../lib/cli/commands/run_options.ts";
import { parseArguments } from "../../lib/cli/parse.ts";
import { configureContainer } from "../../lib/engine/configure.ts";
import type { ContainerConfig } from "../../lib/engine/container_config.ts";
import { resolveThrottles } from "../../lib/engine/device_throttle.ts";
import { buildSpec, type HostInput } from "../../lib/engine/spec_builder.ts";
import { clampRlimits } from "../../lib/engine/ulimit.ts";
import { resolveUser } from "../../lib/engine/user.ts";
import type { IdMapping, RuntimeSpec } from "../../lib/oci/runtime_spec.ts";
import { discardLimits } from "../../lib/runtime/cgroups/discard.ts";
import type { CgroupSurvey } from "../../lib/runtime/cgroups/survey.ts";
import { createPlan } from "../../lib/runtime/plan/plan.ts";
import type { LaunchPlan } from "../../lib/runtime/plan/step.ts";
import { allCapabilities } from "../../lib/engine/capabilities.ts";
import { foundNetworks } from "./found_networks.ts";
import { HOST_FACTS, SPEC_INPUT } from "./run_options.ts";

/** What the stages have made of a command line. */
export interface Stages {
  readonly config: ContainerConfig;
  readonly spec: RuntimeSpec;
  readonly plan: LaunchPlan;
}

/** The image's users and groups. */
const DATABASE = {
  passwd: "root:x:0:0::/root:/bin/sh\nweb:x:33:33::/srv:/bin/sh\n",
  group: "root:x:0:\nweb:x:33:\nlogs:x:4:web\n",
};

/** Ids that a creation would have decided on for `auto` and `keep-id`. */
const IDS: readonly IdMapping[] = [
  { containerID: 0, hostID: 100_000, size: 65_536 },
];

const ID = "ab".repeat(32) as ContainerId;

/**
 * Takes a command line through all stages.
 *
 * @param args What follows `run`.
 * @param survey The cgroups of the host; absent leaves them out of the plan.
 */
export async function runStages(
  args: readonly string[],
  survey?: CgroupSurvey,
): Promise<Stages> {
  const parsed = parseArguments(
    {
      flags: RUN_FLAGS,
      positionals: [{ name: "IMAGE" }, {
        name: "COMMAND",
        optional: true,
        repeats: true,
      }],
      stopsAtPositional: true,
    },
    "run",
    args,
  );
  const options = await toRunOptions(parsed, {
    env: new Map([["HOME", "/root"]]),
    readTextFile: readFile,
  });
  const request = configureContainer(options, {
    id: ID,
    createdMs: 1000,
    cwd: "/work",
    host: HOST_FACTS,
    volumes: "/volumes",
    newName: () => "nameless",
    defaultNetwork: "none",
  });
  const draft = foundNetworks(request);
  const { kind } = draft.userns;
  const config: ContainerConfig = {
    ...draft,
    name: draft.name ?? "test",
    layers: ["/layers/1"],
    ...(kind === "auto" || kind === "keep-id"
      ? { idMappings: { uid: IDS, gid: IDS } }
      : {}),
  };
  const built = buildSpec(config, {
    ...SPEC_INPUT,
    ...hostInput(config),
    user: resolveUser(config.user, DATABASE, config.groupAdd),
  });
  const spec = survey === undefined ? built : fitTo(survey, built, config);
  const plan = createPlan(spec, {
    rootfs: [{
      destination: "/",
      type: "overlay",
      source: "overlay",
      options: ["lowerdir=/layers/1"],
    }],
    init: config.init,
    ...(survey === undefined ? {} : { cgroups: survey }),
  });
  return { config, spec, plan };
}

/** What is left of the limits on a host with these cgroups. */
function fitTo(
  survey: CgroupSurvey,
  spec: RuntimeSpec,
  config: ContainerConfig,
): RuntimeSpec {
  const { resources } = spec.linux;
  if (resources === undefined) return spec;
  const left = discardLimits(survey, resources, config);
  return { ...spec, linux: { ...spec.linux, resources: left.resources } };
}

function readFile(path: string): string {
  if (path === "profile.json") {
    return '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}';
  }
  if (path === "variables") return "FROM_FILE=1\n";
  throw new Deno.errors.NotFound("No such file");
}

/** Every path is a device, numbered by its length; CAP_SYS_RESOURCE is gone. */
function hostInput(config: ContainerConfig): HostInput {
  const held = new Set(allCapabilities());
  held.delete("CAP_SYS_RESOURCE");
  return {
    heldCapabilities: held,
    rlimits: clampRlimits(config.rlimits, { RLIMIT_NOFILE: 20_000 }).rlimits,
    throttles: resolveThrottles(
      config.throttles,
      (path) => ({ major: 8, minor: path.length }),
    ),
    devices: config.devices.map(({ source, destination, access }) => ({
      device: {
        type: "c",
        path: destination,
        major: 10,
        minor: source.length,
        fileMode: 0o600,
      },
      access,
    })),
    hostDevices: [
      { type: "c", path: "/dev/kmsg", major: 1, minor: 11, fileMode: 0o644 },
      { type: "b", path: "/dev/vda", major: 254, minor: 0, fileMode: 0o660 },
      { type: "c", path: "/dev/ptmx", major: 5, minor: 2, fileMode: 0o666 },
    ],
    apparmor: "enabled",
  };
}
