/**
 * What `run` was asked to do: the command line, understood but not judged.
 * The cli makes it, the engine turns it into a container. Types only.
 *
 * @module
 */

/** When to look for a newer image before starting. */
export const PULL_POLICIES = ["missing", "always", "never", "newer"] as const;

/** One of {@linkcode PULL_POLICIES}. */
export type PullPolicy = typeof PULL_POLICIES[number];

/** How a trace is written. */
export const TRACE_FORMATS = ["text", "json"] as const;

/** One of {@linkcode TRACE_FORMATS}. */
export type TraceFormat = typeof TRACE_FORMATS[number];

/** Whether to show the plan: `undefined` runs it silently. */
export type TraceMode = undefined | {
  /** `explain` runs the plan and reports each step, `dry-run` only prints it. */
  readonly mode: "explain" | "dry-run";
  /** Text for people, or one JSON document for programs. */
  readonly format: TraceFormat;
};

/** One environment variable asked for, after `-e KEY` was looked up. */
export interface EnvEntry {
  /** Its name, never empty, without `=`. */
  readonly name: string;
  /** Its value; absent means: unset it, even if the image sets it. */
  readonly value?: string;
}

/** The options of `tsdocker run`. Absent fields leave the image's own value. */
export interface RunOptions {
  /** A path to a tar file or directory, or a name, as the user wrote it. */
  readonly image: string;
  /** Words after the image; empty runs the image's own command. */
  readonly command: readonly string[];
  /** Whether the caller's stdin reaches the program. */
  readonly interactive: boolean;
  /** Whether the program gets a terminal of its own. */
  readonly tty: boolean;
  /** Whether the container is removed when it ends. */
  readonly autoRemove: boolean;
  /** The container's name; absent means: make one up. */
  readonly name?: string;
  /** In order, later entries win: `--env-file` first, then `-e`. */
  readonly env: readonly EnvEntry[];
  /** Working directory inside the container. */
  readonly workdir?: string;
  /** `NAME|UID[:GROUP|GID]`, resolved inside the image. */
  readonly user?: string;
  /** Host name; absent means: the short id. */
  readonly hostname?: string;
  /** Replaces the image's entrypoint; an empty string drops it. */
  readonly entrypoint?: string;
  /** `-v` texts as written: `SRC:DST[:OPTIONS]`. */
  readonly volumes: readonly string[];
  /** `--tmpfs` texts as written: `DST[:OPTIONS]`. */
  readonly tmpfs: readonly string[];
  /** Whether the root file system is mounted read-only. */
  readonly readOnly: boolean;
  /** Whether a small init is pid 1 and the program its child. */
  readonly init: boolean;
  /** Host file to create with the container's id in it. */
  readonly cidfile?: string;
  /** `none` or `host`, not yet checked. */
  readonly network: string;
  /** When to look for a newer image. */
  readonly pull: PullPolicy;
  /** Whether to show the plan, and how. */
  readonly trace: TraceMode;
}
