/**
 * Everything there is to tell of a container, in the shape docker has for it.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a container"
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { snapshotIn } from "../../storage/snapshot.ts";
import type { ContainerConfig } from "../container_config.ts";
import {
  type InspectedHostConfig,
  inspectHostConfig,
} from "../inspection/host_config.ts";
import {
  type InspectedNetworkSettings,
  inspectNetworkSettings,
} from "../inspection/network_settings.ts";
import { NIL_LIST } from "../inspection/nil_list.ts";
import {
  type InspectedProgram,
  inspectProgram,
} from "../inspection/program.ts";
import {
  type InspectedState,
  inspectState,
  timeText,
} from "../inspection/state.ts";
import { type InspectedMount, inspectMounts } from "../inspection/mounts.ts";
import { readNetworkState } from "../networks/network_state.ts";
import { findConfig } from "./look_up.ts";
import { readStatus } from "./list.ts";
import { readExit } from "./exit_record.ts";
import {
  containerDirectory,
  logDirectory,
  readHealth,
  readRunning,
} from "./records.ts";
import { sizeMeter } from "./size.ts";

/**
 * A container under docker's names. A `Map` is what docker has as a map, whose
 * keys are anybody's; a field may be `undefined`, which is no part of the JSON.
 */
export interface InspectedContainer {
  readonly Id: string;
  readonly Created: string;
  readonly Path: string;
  readonly Args: readonly string[];
  readonly State: InspectedState;
  readonly Image: string;
  readonly ResolvConfPath: string;
  readonly HostnamePath: string;
  readonly HostsPath: string;
  /** Empty without a log. */
  readonly LogPath: string;
  /** With a slash before it. */
  readonly Name: string;
  readonly RestartCount: number;
  readonly Driver: "overlay";
  readonly Platform: "linux";
  readonly MountLabel: "";
  readonly ProcessLabel: "";
  readonly AppArmorProfile: string;
  readonly ExecIDs: readonly string[];
  readonly HostConfig: InspectedHostConfig;
  readonly GraphDriver: {
    readonly Name: "overlay";
    readonly Data: {
      readonly LowerDir: string;
      readonly MergedDir: string;
      readonly UpperDir: string;
      readonly WorkDir: string;
    };
  };
  /** Bytes; only if asked for. */
  readonly SizeRw: number | undefined;
  readonly SizeRootFs: number | undefined;
  readonly Mounts: readonly InspectedMount[];
  readonly Config: InspectedProgram;
  readonly NetworkSettings: InspectedNetworkSettings;
}

/**
 * Inspects a container.
 *
 * @param reference As `findContainer` takes it.
 * @param options Sizes cost reading all its directories.
 * @throws {NotFoundError} If there is none.
 * @throws {ConflictError} If several are meant.
 */
export function inspectContainer(
  paths: HostPaths,
  reference: string,
  options: { readonly sizes: "measured" | "left out" },
): InspectedContainer {
  const config = findConfig(paths, reference);
  const { id } = config;
  const status = readStatus(paths, config);
  const pid = "pid" in status ? status.pid : undefined;
  const exit = readExit(paths, id);
  const records = pid === undefined ? exit : readRunning(paths, id);
  const size = options.sizes === "measured"
    ? sizeMeter(paths)(config)
    : undefined;
  const directory = containerDirectory(paths, id);
  const [path, ...args] = config.args;
  return {
    Id: id,
    Created: timeText(config.createdMs),
    Path: path,
    Args: args,
    State: inspectState({ status, exit, health: readHealth(paths, id) }),
    Image: config.image,
    ResolvConfPath: `${directory}/files/resolv.conf`,
    HostnamePath: `${directory}/files/hostname`,
    HostsPath: `${directory}/files/hosts`,
    LogPath: config.log.driver === "none"
      ? ""
      : `${logDirectory(paths, id)}/container.log`,
    Name: `/${config.name}`,
    RestartCount: records?.restartCount ?? 0,
    Driver: "overlay",
    Platform: "linux",
    MountLabel: "",
    ProcessLabel: "",
    AppArmorProfile: config.apparmor ?? "",
    ExecIDs: NIL_LIST,
    HostConfig: inspectHostConfig(config),
    GraphDriver: inspectLayers(directory, config, paths),
    SizeRw: size?.writtenBytes,
    SizeRootFs: size?.totalBytes,
    Mounts: inspectMounts(config),
    Config: inspectProgram(config),
    NetworkSettings: inspectNetworkSettings(
      config,
      pid === undefined ? undefined : {
        pid,
        state: readNetworkState(paths, id),
      },
    ),
  };
}

function inspectLayers(
  directory: string,
  { layers }: ContainerConfig,
  { mountPoints }: HostPaths,
): InspectedContainer["GraphDriver"] {
  const snapshot = snapshotIn(directory, [...layers, mountPoints]);
  return {
    Name: "overlay",
    Data: {
      LowerDir: snapshot.lower.join(":"),
      MergedDir: snapshot.merged,
      UpperDir: snapshot.upper,
      WorkDir: snapshot.work,
    },
  };
}
