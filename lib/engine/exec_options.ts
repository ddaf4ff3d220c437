/**
 * What `tsdocker exec` is asked to do.
 *
 * @module
 */
import type { EnvEntry } from "./run_options.ts";

/** A further program for a running container. */
export interface ExecOptions {
  /** Program and arguments. */
  readonly args: readonly [string, ...string[]];
  /** Whether it gets a terminal of its own. */
  readonly tty: boolean;
  /** On top of the container's own; later entries win. */
  readonly env: readonly EnvEntry[];
  /** Absolute path inside; absent means the container's own. */
  readonly workdir?: string;
  /** As `--user` takes it; absent means the container's own. */
  readonly user?: string;
  /** Whether it gets all capabilities. */
  readonly privileged: boolean;
  /** Whether it is killed with its caller, or outlives it. */
  readonly withoutCaller: "ends" | "goes-on";
}
