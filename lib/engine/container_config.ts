/**
 * What a container is, from its creation to its removal: written once, beside
 * its layer, and read by every later command.
 *
 * @module
 */
import type { ContainerId } from "../base/identifiers.ts";
import type { BindVolume, TmpfsVolume } from "./volume.ts";

/** Networks a container can have so far. */
export type NetworkMode = "none" | "host";

/** A container's unchanging side. */
export interface ContainerConfig {
  readonly id: ContainerId;
  readonly name: string;
  /** When it was created, milliseconds since the epoch. */
  readonly createdMs: number;
  /** The image as the user wrote it. */
  readonly image: string;
  /** Its layers' directories, absolute on the host, the topmost first. */
  readonly layers: readonly string[];
  /** Program and arguments. */
  readonly args: readonly [string, ...string[]];
  /** `NAME=value`, without what depends on the user or the terminal. */
  readonly env: readonly string[];
  /** Names the environment must not have, even if a default would set them. */
  readonly unsetEnv: readonly string[];
  readonly workdir: string;
  /** `NAME|UID[:GROUP|GID]`; empty is root. */
  readonly user: string;
  readonly hostname: string;
  readonly interactive: boolean;
  readonly tty: boolean;
  readonly autoRemove: boolean;
  readonly readOnly: boolean;
  readonly init: boolean;
  readonly network: NetworkMode;
  readonly volumes: readonly BindVolume[];
  readonly tmpfs: readonly TmpfsVolume[];
}
