/**
 * `update`: other limits, or another restart policy, for a container that
 * exists; of one that runs at once.
 *
 * @module
 */
import { ConflictError, UsageError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import type { LinuxResources } from "../../oci/linux_resources.ts";
import { changeFiles } from "../../runtime/cgroups/change.ts";
import { discardLimits } from "../../runtime/cgroups/discard.ts";
import { resourceFiles } from "../../runtime/cgroups/resources.ts";
import { surveyCgroups } from "../../runtime/cgroups/survey.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { hostFacts } from "../host_facts.ts";
import { parseRestartPolicy } from "../restart_policy.ts";
import { type UpdatedLimits, updateLimits } from "../update_limits.ts";
import { changeConfig } from "./change_config.ts";
import { findConfig, findProcess } from "./look_up.ts";

/** What is to be changed. */
export interface UpdateOptions {
  readonly limits: UpdatedLimits;
  /** As `run --restart` takes it; absent keeps the policy. */
  readonly restart?: string;
  /** In place of its published ports, as `run -p` takes them, or `none`. */
  readonly publish?: readonly string[];
}

/**
 * Changes a container. If the kernel refuses a limit, all stay as they were.
 *
 * @param reference As `findContainer` takes it.
 * @throws {NotFoundError} If there is none.
 * @throws {UsageError} If a value is malformed.
 * @throws {ConflictError} If it does not go with what the container has.
 * @throws {HostError} If the kernel refuses a limit.
 * @throws {NetlinkError} If it refuses to publish ports.
 */
export async function updateContainer(
  { paths, warn }: Pick<Engine, "paths" | "warn">,
  reference: string,
  options: UpdateOptions,
): Promise<void> {
  const { id } = findConfig(paths, reference);
  const change = (before: ContainerConfig): ContainerConfig => {
    const restarting = withPolicy(before, options.restart);
    if (Object.keys(options.limits).length === 0) return restarting;
    const { config: limits, changes } = updateLimits(
      limitable(before),
      options.limits,
      hostFacts(),
    );
    const changed = { ...restarting, ...limits };
    // Before it is written: what the kernel refuses is not to be on record.
    if (findProcess(paths, id) !== undefined) apply(changed, changes, warn);
    return changed;
  };
  const config = options.publish === undefined
    ? changeConfig(paths, id, change)
    : await changePublished(paths, id, options.publish, change);
  recordContainerEvent(paths, config, { action: "update" });
}

async function changePublished(
  paths: HostPaths,
  id: ContainerId,
  publish: readonly string[],
  andThen: (config: ContainerConfig) => ContainerConfig,
): Promise<ContainerConfig> {
  const { changePorts } = await import("../networks/change_ports.ts");
  return changePorts(paths, id, { publish, andThen });
}

function withPolicy(
  config: ContainerConfig,
  text: string | undefined,
): ContainerConfig {
  if (text === undefined) return config;
  const restart = parseRestartPolicy(text);
  if (config.autoRemove && restart.name !== "no") {
    throw new ConflictError(
      "Restart policy cannot be updated because AutoRemove is enabled for the container",
    );
  }
  return { ...config, restart };
}

/** @throws {UsageError} If a container has no cgroup to limit it by. */
function limitable(config: ContainerConfig): ContainerConfig {
  if (config.cgroupsPath !== undefined) return config;
  throw new UsageError(
    `cannot update container: ${config.name}: it has no cgroups`,
    { advice: "a container without cgroups cannot be limited" },
  );
}

function apply(
  { cgroupsPath = "", nanoCpus }: ContainerConfig,
  changes: LinuxResources,
  warn: Engine["warn"],
): void {
  const survey = surveyCgroups(cgroupsPath);
  const asked = changes.cpu?.quota === undefined ? {} : { nanoCpus };
  const { resources, warnings } = discardLimits(survey, changes, asked);
  for (const warning of warnings) warn(warning);
  const files = resourceFiles(resources, survey);
  changeFiles(cgroupsPath, survey.hierarchies, files);
}
