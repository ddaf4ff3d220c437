/**
 * `Config` of an inspected container: what runs in it, wherever it is. Pure.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a container"
 */
import { signalName } from "../../../ffi/constants/signal.ts";
import { DEFAULT_PATH } from "../../runtime/plan/program.ts";
import type { ContainerConfig, HealthCheck } from "../container_config.ts";
import { NIL_LIST } from "./nil_list.ts";
import { inspectExposedPorts } from "./ports.ts";

const NS_PER_MS = 1_000_000;

/** A health check under docker's names; times in nanoseconds. */
export interface InspectedHealthcheck {
  readonly Test: readonly string[];
  readonly Interval: number;
  readonly Timeout: number;
  readonly StartPeriod: number;
  readonly StartInterval: number;
  readonly Retries: number;
}

/** What runs in a container, under docker's names. */
export interface InspectedProgram {
  readonly Hostname: string;
  readonly Domainname: "";
  readonly User: string;
  readonly AttachStdin: boolean;
  readonly AttachStdout: boolean;
  readonly AttachStderr: boolean;
  /** As a set; absent without any. */
  readonly ExposedPorts: ReadonlyMap<string, object> | undefined;
  readonly Tty: boolean;
  readonly OpenStdin: boolean;
  readonly StdinOnce: boolean;
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly Healthcheck: InspectedHealthcheck | undefined;
  readonly Image: string;
  readonly Volumes: null;
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[];
  /** Of its first network, if it was asked for. */
  readonly MacAddress: string | undefined;
  readonly OnBuild: readonly string[];
  readonly Labels: ReadonlyMap<string, string>;
  readonly StopSignal: string;
  /** Seconds; -1 for ever. */
  readonly StopTimeout: number;
  /** Seconds after which it is ended; 0 never. As in podman. */
  readonly Timeout: number;
}

/** What runs in a container. */
export function inspectProgram(config: ContainerConfig): InspectedProgram {
  const { interactive, stdinOnce = true, tty, health } = config;
  const { args, entrypoint = [] } = config;
  return {
    Hostname: config.hostname,
    Domainname: "",
    User: config.user,
    AttachStdin: interactive,
    AttachStdout: true,
    AttachStderr: true,
    ExposedPorts: inspectExposedPorts(config),
    Tty: tty,
    OpenStdin: interactive,
    StdinOnce: interactive && stdinOnce,
    Env: environment(config),
    Cmd: args.slice(entrypoint.length),
    Healthcheck: health === undefined ? undefined : inspectCheck(health),
    Image: config.image,
    Volumes: null,
    WorkingDir: config.workdir,
    Entrypoint: entrypoint.length === 0 ? NIL_LIST : entrypoint,
    MacAddress: config.networks?.[0]?.macAddress,
    OnBuild: NIL_LIST,
    Labels: new Map(Object.entries(config.labels)),
    StopSignal: signalName(config.stopSignal),
    StopTimeout: config.stopTimeoutS,
    Timeout: config.timeoutS ?? 0,
  };
}

/** As in docker, the path to programs is told, and what depends is not. */
function environment({ env, unsetEnv }: ContainerConfig): readonly string[] {
  const hasPath = unsetEnv.includes("PATH") ||
    env.some((entry) => entry.startsWith("PATH="));
  return hasPath ? env : [...env, `PATH=${DEFAULT_PATH}`];
}

/**
 * A health check as docker has it; what a shell of the container's is given is
 * one text.
 */
export function inspectCheck(health: HealthCheck): InspectedHealthcheck {
  const [program, option, script, ...rest] = health.test;
  const isScript = program === "/bin/sh" && option === "-c" &&
    script !== undefined && rest.length === 0;
  return {
    Test: isScript ? ["CMD-SHELL", script] : ["CMD", ...health.test],
    Interval: health.intervalMs * NS_PER_MS,
    Timeout: health.timeoutMs * NS_PER_MS,
    StartPeriod: health.startPeriodMs * NS_PER_MS,
    StartInterval: health.startIntervalMs * NS_PER_MS,
    Retries: health.retries,
  };
}
