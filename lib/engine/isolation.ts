/**
 * What a container may do and what it shares with the host, from the options
 * of `run`.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import { parseCapabilities } from "./capabilities.ts";
import type { ContainerConfig } from "./container_config.ts";
import { parseDevice, parseDeviceCgroupRule } from "./device_request.ts";
import { parseUserNamespace } from "./id_mapping.ts";
import { parseIpcMode, parseNamespaceMode } from "./namespace_mode.ts";
import { ownsNetwork, type RequestedMode } from "./networks/network_mode.ts";
import type { IsolationOptions } from "./run_options.ts";
import {
  parseSecurityOptions,
  type SeccompChoice,
  type SecurityChoices,
} from "./security_option.ts";
import { parseSysctls } from "./sysctl.ts";

/** What of a configuration is about isolation. */
export type IsolationConfig = Pick<
  ContainerConfig,
  | "privileged"
  | "capAdd"
  | "capDrop"
  | "noNewPrivileges"
  | "seccomp"
  | "systemPaths"
  | "apparmor"
  | "groupAdd"
  | "sysctl"
  | "devices"
  | "deviceCgroupRules"
  | "pid"
  | "ipc"
  | "uts"
  | "cgroupns"
  | "userns"
  | "idMappings"
>;

/**
 * Reads what a container may do and shares. Whatever `--privileged` opens can
 * be closed again by naming it.
 *
 * @throws {UsageError} If a value is malformed, or options exclude each other.
 */
export function parseIsolation(
  options: IsolationOptions,
  network: RequestedMode,
): IsolationConfig {
  const { privileged } = options;
  const ipc = parseIpcMode(options.ipc);
  const config: IsolationConfig = {
    privileged,
    capAdd: parseCapabilities("CapAdd", options.capAdd),
    capDrop: parseCapabilities("CapDrop", options.capDrop),
    ...confinement(options, parseSecurityOptions(options.securityOpts)),
    groupAdd: options.groupAdd,
    sysctl: parseSysctls(options.sysctls, { ipc, network }),
    devices: options.devices.map(parseDevice),
    deviceCgroupRules: options.deviceCgroupRules.map(parseDeviceCgroupRule),
    pid: parseNamespaceMode("pid", options.pid),
    ipc,
    uts: parseNamespaceMode("uts", options.uts),
    cgroupns: parseNamespaceMode("cgroupns", options.cgroupns),
    ...userNamespace(options),
  };
  // The kernel lets nobody mount the host's /proc from a user namespace.
  if (config.userns.kind !== "host" && config.pid === "host") {
    throw new UsageError(
      "cannot share the host PID namespace when user namespaces are enabled",
    );
  }
  // Nor a /sys that shows a network namespace of another user namespace.
  if (config.userns.kind !== "host" && isJoined(network)) {
    throw new UsageError(
      `cannot join another network namespace (--network ${network}) when user namespaces are enabled`,
      { advice: "without --userns, --uidmap and --gidmap" },
    );
  }
  return config;
}

function isJoined(network: RequestedMode): boolean {
  return network !== "host" && !ownsNetwork(network);
}

/** Ids given need no decision, others are found at creation. */
function userNamespace(
  options: IsolationOptions,
): Pick<IsolationConfig, "userns" | "idMappings"> {
  const userns = parseUserNamespace(options);
  if (userns.kind !== "mapped") return { userns };
  return { userns, idMappings: { uid: userns.uid, gid: userns.gid } };
}

function confinement(
  options: IsolationOptions,
  choices: SecurityChoices,
): Pick<
  IsolationConfig,
  "noNewPrivileges" | "seccomp" | "systemPaths" | "apparmor"
> {
  const { privileged } = options;
  const apparmor = choices.apparmor ?? (privileged ? "unconfined" : undefined);
  return {
    noNewPrivileges: choices.noNewPrivileges,
    seccomp: seccomp(choices, options),
    systemPaths: choices.systemPaths ?? (privileged ? "unconfined" : "masked"),
    ...(apparmor === undefined ? {} : { apparmor }),
  };
}

function seccomp(
  { seccomp: choice }: SecurityChoices,
  { privileged, seccompProfile }: IsolationOptions,
): SeccompChoice {
  if (choice === undefined) return privileged ? "unconfined" : "default";
  if (typeof choice === "string") return choice;
  if (seccompProfile === undefined) {
    throw new TypeError(`The seccomp profile "${choice.file}" was not read`);
  }
  return seccompProfile;
}
