/**
 * What this host adds to a container's specification. Blocks; to be called in
 * the host's mount namespace.
 *
 * @module
 */
import { getRlimit } from "../../ffi/calls/credentials.ts";
import { HostError } from "../base/errors.ts";
import type { CapabilityName } from "../../ffi/constants/capability.ts";
import type { RlimitName } from "../../ffi/constants/resource.ts";
import { heldCapabilities } from "../runtime/security/capabilities.ts";
import { appArmorFor } from "./apparmor.ts";
import type { ContainerConfig } from "./container_config.ts";
import { resolveThrottles } from "./device_throttle.ts";
import {
  findDevices,
  findHostDevices,
  statBlockDevice,
} from "./host_devices.ts";
import type { HostInput } from "./spec_builder.ts";
import { clampRlimits, type RlimitCeilings } from "./ulimit.ts";

/** What a specification takes of the host. */
export interface GatheredInput extends HostInput {
  /** What the user should know of limits that could not be kept. */
  readonly notes: readonly string[];
}

/** What of a configuration takes a look at the host. */
export type HostRequest = Pick<
  ContainerConfig,
  | "apparmor"
  | "devices"
  | "idMappings"
  | "oomScoreAdj"
  | "privileged"
  | "rlimits"
  | "throttles"
>;

/**
 * Looks up what a container needs of this host, and nothing else.
 *
 * @throws {UsageError} If the host has not got a device it asks for.
 * @throws {HostError} If tsdocker lacks the capability for something it asks, or
 * the kernel the AppArmor profile.
 */
export function gatherHostInput(config: HostRequest): GatheredInput {
  const held = heldCapabilities();
  if (config.oomScoreAdj !== undefined) {
    checkOomScore(config.oomScoreAdj, config, held);
  }
  const { rlimits, note } = config.rlimits.length === 0
    ? { rlimits: config.rlimits }
    : clampRlimits(config.rlimits, rlimitCeilings(config, held));
  return {
    heldCapabilities: held,
    rlimits,
    notes: note === undefined ? [] : [note],
    throttles: resolveThrottles(config.throttles, statBlockDevice),
    devices: findDevices(config.devices),
    hostDevices: config.privileged ? findHostDevices() : [],
    apparmor: config.apparmor === undefined
      ? "disabled"
      : appArmorFor(config.apparmor),
  };
}

/** Lowering the score is a privilege that a user namespace does not give. */
function checkOomScore(
  score: number,
  { idMappings }: HostRequest,
  held: ReadonlySet<CapabilityName>,
): void {
  if (held.has("CAP_SYS_RESOURCE") && idMappings === undefined) return;
  const own = Number(Deno.readTextFileSync("/proc/self/oom_score_adj"));
  if (score >= own) return;
  const why = idMappings === undefined
    ? "it takes CAP_SYS_RESOURCE, which tsdocker itself does not have"
    : "a container with a user namespace cannot";
  throw new HostError(
    `Cannot lower the OOM score adjustment from ${own} to ${score}: ${why}`,
    { advice: `--oom-score-adj ${own} or more` },
  );
}

/**
 * The highest limits a container's program can be given. CAP_SYS_RESOURCE of a
 * user namespace counts for nothing there.
 *
 * @see getrlimit(2), "EPERM"
 */
function rlimitCeilings(
  { rlimits, idMappings }: HostRequest,
  held: ReadonlySet<CapabilityName>,
): RlimitCeilings {
  const mayRaise = held.has("CAP_SYS_RESOURCE") && idMappings === undefined;
  const ceilings: Partial<Record<RlimitName, number>> = {};
  for (const { type } of rlimits) {
    if (!mayRaise) ceilings[type] = hardLimit(type);
    else if (type === "RLIMIT_NOFILE") ceilings[type] = maxOpenFiles();
  }
  return ceilings;
}

function hardLimit(type: RlimitName): number {
  const hard = Number(getRlimit(type).hard);
  return Number.isSafeInteger(hard) ? hard : -1;
}

/** Even those who may raise limits cannot raise this one any further. */
function maxOpenFiles(): number {
  return Number(Deno.readTextFileSync("/proc/sys/fs/nr_open"));
}
