/**
 * What every operation of the engine is given: where things are and whom to
 * tell. Nothing in the engine reads the environment or prints.
 *
 * @module
 */
import type { HostPaths } from "../base/host_paths.ts";
import type { LauncherChoice } from "../runtime/launch/launch.ts";
import type { ImageRequest } from "./images/obtain_image.ts";
import type { NetworkDefault } from "./networks/network_source.ts";
import type { ByKind } from "./user_namespace.ts";

/** The surroundings of an operation. */
export interface Engine extends NetworkDefault {
  readonly paths: HostPaths;
  /** What relative paths are relative to; absolute. */
  readonly cwd: string;
  /** Directories in which images are found by name. */
  readonly imagePath: readonly string[];
  readonly launcher: LauncherChoice;
  /** Who runs tsdocker, before sudo made it root. */
  readonly invoker: ByKind<number>;
  /** Brings the image of a new container; without it, nothing is pulled. */
  pull?(request: ImageRequest): Promise<void>;
  /** Says what has been done besides what was asked for. */
  inform(message: string): void;
  /** Says something that the user should know but that stops nothing. */
  warn(message: string): void;
}
