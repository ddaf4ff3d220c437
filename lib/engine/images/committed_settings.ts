/**
 * How to run the image that a container becomes: as the container was run,
 * which has its image's settings and its user's among its own. Pure.
 *
 * @module
 */
import { signalName, SIGNALS } from "../../../ffi/constants/signal.ts";
import type { ImageHealthcheck, ImageSettings } from "../../oci/image_spec.ts";
import type { ContainerConfig } from "../container_config.ts";
import { parseHealthCheck } from "../health_options.ts";
import { inspectCheck } from "../inspection/program.ts";
import { parseStopSignal } from "../lifecycle.ts";

/** The part of a container's configuration that images have as well. */
export type CommittedConfig = Pick<
  ContainerConfig,
  | "args"
  | "entrypoint"
  | "env"
  | "exposedPorts"
  | "health"
  | "labels"
  | "stopSignal"
  | "user"
  | "volumes"
  | "workdir"
>;

/**
 * The settings of a container as those of an image.
 *
 * @param image Of the image that it was made of, for what a container does
 * not keep, and for what both say alike.
 */
export function committedSettings(
  config: CommittedConfig,
  image: ImageSettings,
): ImageSettings {
  const { args, entrypoint = [], exposedPorts = [] } = config;
  const cmd = args.slice(entrypoint.length);
  const isDefault = config.workdir === "/" && !image.WorkingDir;
  const workdir = isDefault ? undefined : config.workdir;
  const volumes = volumesOf(config, image);
  const healthcheck = healthcheckOf(config, image);
  const stopSignal = stopSignalOf(config, image);
  return {
    ...(config.user && { User: config.user }),
    ...(exposedPorts.length > 0 && { ExposedPorts: exposedPorts }),
    ...(config.env.length > 0 && { Env: config.env }),
    ...(entrypoint.length > 0 && { Entrypoint: entrypoint }),
    ...(cmd.length > 0 && { Cmd: cmd }),
    ...(healthcheck && { Healthcheck: healthcheck }),
    ...(volumes.length > 0 && { Volumes: volumes }),
    ...(workdir && { WorkingDir: workdir }),
    ...(Object.keys(config.labels).length > 0 && { Labels: config.labels }),
    ...(stopSignal && { StopSignal: stopSignal }),
    ...(image.Shell && { Shell: image.Shell }),
    ...(image.OnBuild && { OnBuild: image.OnBuild }),
  };
}

/** A volume without a name is what the image is to have. */
function volumesOf(
  { volumes }: CommittedConfig,
  image: ImageSettings,
): string[] {
  const anonymous = volumes.filter(({ volume }) => volume?.isAnonymous)
    .map(({ destination }) => destination);
  return [...new Set([...image.Volumes ?? [], ...anonymous])].sort();
}

/** The image's own words, unless the user wanted something else. */
function healthcheckOf(
  { health }: CommittedConfig,
  image: ImageSettings,
): ImageHealthcheck | undefined {
  const inherited = parseHealthCheck({
    noHealthcheck: false,
    imageSettings: image,
  });
  if (JSON.stringify(health) === JSON.stringify(inherited)) {
    return image.Healthcheck;
  }
  return health === undefined ? { Test: ["NONE"] } : inspectCheck(health);
}

function stopSignalOf(
  { stopSignal }: CommittedConfig,
  image: ImageSettings,
): string | undefined {
  const inherited = image.StopSignal || undefined;
  const isSame = inherited === undefined
    ? stopSignal === SIGNALS.SIGTERM
    : parseStopSignal(inherited) === stopSignal;
  return isSame ? inherited : signalName(stopSignal);
}
