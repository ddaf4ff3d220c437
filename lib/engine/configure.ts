/**
 * From the options of `run` to the configuration of a container. Pure.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import {
  type ContainerId,
  isContainerName,
  shortId,
} from "../base/identifiers.ts";
import type { ContainerConfig } from "./container_config.ts";
import type { HostFacts } from "./host_facts.ts";
import { parseSizeArgument } from "./invalid_argument.ts";
import { parseIsolation } from "./isolation.ts";
import { parseLifecycle } from "./lifecycle.ts";
import { parseNamespaceMode } from "./namespace_mode.ts";
import {
  configureNetworks,
  type NetworkRequest,
} from "./networks/configure_networks.ts";
import { configurePorts } from "./networks/configure_ports.ts";
import type { RequestedMode } from "./networks/network_mode.ts";
import type { NetworkDefault } from "./networks/network_source.ts";
import { parseResources } from "./resources.ts";
import type { EnvEntry, RunOptions } from "./run_options.ts";
import { parseUlimits } from "./ulimit.ts";
import { normalizePath } from "./volume.ts";
import { configureVolumes } from "./volumes/configure_volumes.ts";

/** What the options do not say. */
export interface ConfigureInput extends NetworkDefault {
  readonly id: ContainerId;
  readonly createdMs: number;
  /** What relative paths are relative to. */
  readonly cwd: string;
  readonly host: HostFacts;
  /** The store of volumes. */
  readonly volumes: string;
  /** Makes up a name for a volume that was given none. */
  newName(): string;
}

/** All of a configuration that the options decide. */
export type ConfigDraft = Omit<ContainerConfig, "name" | "layers"> & {
  /** The name asked for; a container without one is given one. */
  readonly name: string | undefined;
};

/** As {@linkcode ConfigDraft}; networks are as the user names them. */
export type ConfigRequest =
  & Omit<ConfigDraft, "network" | "networks">
  & NetworkRequest;

const MAX_HOSTNAME_BYTES = 64;
const MAX_OOM_SCORE = 1000;
const DEFAULT_SHM_BYTES = 64 * 1024 ** 2;

/**
 * Configures a container.
 *
 * @throws {UsageError} If an option's value is malformed, or options exclude
 * each other.
 */
export function configureContainer(
  options: RunOptions,
  input: ConfigureInput,
): ConfigRequest {
  if (options.cgroups === "disabled" && options.pid === "host") {
    throw new UsageError(
      "--pid host needs cgroups: nothing else tells which processes are the container's when it ends",
      { advice: "--pid host without --cgroups disabled" },
    );
  }
  const { id, createdMs } = input;
  const network = configureNetworks(options, input);
  return {
    id,
    name: options.name === undefined ? undefined : checkName(options.name),
    createdMs,
    image: options.image,
    ...programArguments(options),
    ...environment(options.env),
    workdir: workdir(options.workdir),
    user: options.user ?? "",
    hostname: chooseHostname(options, network.network, input),
    interactive: options.interactive,
    // As in docker: nobody is attached who could have come to the end.
    ...(options.detach && options.interactive ? { stdinOnce: false } : {}),
    tty: options.tty,
    autoRemove: options.autoRemove,
    readOnly: options.readOnly,
    init: options.init,
    ...network,
    ...configureVolumes(options, input),
    ...parseResources(options, input),
    rlimits: parseUlimits(options.ulimits),
    ...oomScoreAdj(options.oomScoreAdj),
    shmSizeBytes: shmSize(options.shmSize),
    ...parseIsolation(options, network.network),
    ...parseLifecycle(options),
    ...configurePorts(options),
  };
}

/**
 * Checks a container's name.
 *
 * @throws {UsageError} In docker's words.
 */
export function checkName(name: string): string {
  if (isContainerName(name)) return name;
  throw new UsageError(
    `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-]* are allowed`,
  );
}

function programArguments(
  { image, entrypoint = [], command }: RunOptions,
): Pick<ContainerConfig, "args" | "entrypoint"> {
  const words = typeof entrypoint === "string" ? [entrypoint] : entrypoint;
  // An empty one is as none.
  const leading = words[0] === "" ? [] : words;
  const [first, ...rest] = [...leading, ...command];
  if (first === undefined) {
    throw new UsageError("no command specified", {
      advice: `tsdocker run ${image} sh`,
    });
  }
  if (first === "") throw new UsageError("the command is an empty string");
  return { args: [first, ...rest], entrypoint: leading };
}

/** The last entry of a name counts, at the place of its first. */
function environment(
  entries: readonly EnvEntry[],
): Pick<ContainerConfig, "env" | "unsetEnv"> {
  const values = new Map<string, string | undefined>();
  for (const { name, value } of entries) values.set(name, value);
  const all = [...values];
  return {
    env: all.flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${value}`]
    ),
    unsetEnv: all.flatMap(([name, value]) => value === undefined ? [name] : []),
  };
}

function workdir(path: string | undefined): string {
  if (path === undefined || path === "") return "/";
  if (!path.startsWith("/")) {
    throw new UsageError(
      `the working directory "${path}" is invalid, it needs to be an absolute path`,
    );
  }
  return normalizePath(path);
}

/**
 * A host name shared with the host is not the container's to choose. Who is
 * reached by the host's name is called so, too, unless told otherwise.
 */
function chooseHostname(
  { hostname, uts }: RunOptions,
  network: RequestedMode,
  { id, host }: ConfigureInput,
): string {
  if (parseNamespaceMode("uts", uts) === "private") {
    const usual = network === "host" ? host.hostname : shortId(id);
    return checkHostname(hostname ?? usual);
  }
  if (hostname === undefined) return host.hostname;
  throw new UsageError("conflicting options: hostname and the UTS mode", {
    advice: "--hostname or --uts host, not both",
  });
}

function checkHostname(name: string): string {
  const isValid = name !== "" && !/[\0\s/]/.test(name) &&
    new TextEncoder().encode(name).length <= MAX_HOSTNAME_BYTES;
  if (isValid) return name;
  throw new UsageError(
    `invalid hostname "${name}": 1 to ${MAX_HOSTNAME_BYTES} bytes without spaces and slashes`,
  );
}

function oomScoreAdj(
  value: number | undefined,
): Pick<ContainerConfig, "oomScoreAdj"> {
  if (value === undefined) return {};
  if (value >= -MAX_OOM_SCORE && value <= MAX_OOM_SCORE) {
    return { oomScoreAdj: value };
  }
  throw new UsageError(
    `Invalid value ${value}, range for oom score adj is [-1000, 1000]`,
  );
}

/** As in docker, 0 and nothing say the same. */
function shmSize(text: string | undefined): number {
  if (text === undefined || text === "") return DEFAULT_SHM_BYTES;
  return parseSizeArgument("--shm-size", text) || DEFAULT_SHM_BYTES;
}
