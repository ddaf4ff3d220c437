/**
 * A further program of a running container, as the configuration of a container
 * that had been made to run it: so that all that confines a container's program
 * confines this one. Pure.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import type { ContainerConfig } from "./container_config.ts";
import type { ExecOptions } from "./exec_options.ts";
import type { EnvEntry } from "./run_options.ts";
import { normalizePath } from "./volume.ts";

/**
 * The configuration that the program's process is to be built from; what else
 * there is of the container, such as its mounts, stays as it is.
 *
 * @throws {UsageError} If the program is empty, or its directory not absolute.
 */
export function execConfig(
  config: ContainerConfig,
  options: ExecOptions,
): ContainerConfig {
  if (options.args[0] === "") {
    throw new UsageError("the command is an empty string");
  }
  return {
    ...(options.privileged ? withAllCapabilities(config) : config),
    args: options.args,
    tty: options.tty,
    ...environment(config, options.env),
    workdir: workdir(options.workdir) ?? config.workdir,
    user: options.user || config.user,
  };
}

/** As in docker, the filter stays, for a program with these capabilities. */
function withAllCapabilities(
  { apparmor: _, ...config }: ContainerConfig,
): ContainerConfig {
  return { ...config, privileged: true, capAdd: [], capDrop: [] };
}

function environment(
  { env, unsetEnv }: ContainerConfig,
  added: readonly EnvEntry[],
): Pick<ContainerConfig, "env" | "unsetEnv"> {
  const values = new Map<string, string | undefined>();
  for (const name of unsetEnv) values.set(name, undefined);
  for (const entry of env) {
    const equals = entry.indexOf("=");
    values.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  for (const { name, value } of added) values.set(name, value);
  const all = [...values];
  return {
    env: all.flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${value}`]
    ),
    unsetEnv: all.flatMap(([name, value]) => value === undefined ? [name] : []),
  };
}

function workdir(path: string | undefined): string | undefined {
  if (path === undefined || path === "") return undefined;
  if (path.startsWith("/")) return normalizePath(path);
  throw new UsageError(
    `the working directory "${path}" is invalid, it needs to be an absolute path`,
  );
}
