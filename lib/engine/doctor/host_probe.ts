/**
 * The host as the checks see it: files to read, and things to try. The checks
 * decide, a probe only answers; tests pass one that answers as they like.
 *
 * @module
 */
import type { ResourceLimit } from "../../../ffi/calls/credentials.ts";
import type { CLONE } from "../../../ffi/constants/sched.ts";
import type { RlimitName } from "../../../ffi/constants/resource.ts";
import type { SyscallRecord } from "../../../ffi/record.ts";
import type { BuildKind } from "../../base/build_info.ts";
import type { HostRoots } from "../../base/host_paths.ts";
import type { DropAdvice } from "../../network/foreign_drops.ts";
import type { CgroupSurvey } from "../../runtime/cgroups/survey.ts";

/** What the kernel said to something that was tried. */
export type Answer =
  | { readonly kind: "works" }
  | {
    readonly kind: "refused";
    /** The call and the error: `clone3: EPERM (operation not permitted)`. */
    readonly reason: string;
    /** The error's number, if the kernel gave one. */
    readonly errno?: number;
  }
  /** It cannot be tried here, for the reason given. */
  | { readonly kind: "untried"; readonly reason: string };

/** Flags of clone3(2) that make a namespace. */
export type NewNamespace = Extract<keyof typeof CLONE, `CLONE_NEW${string}`>;

/** Something to try, without a trace on the host. */
export interface Trial {
  /** Namespaces the trying process is born into. */
  readonly born?: readonly NewNamespace[];
  /** Calls it makes there; each has to succeed. */
  readonly calls?: readonly SyscallRecord[];
  /**
   * Errors of the last call that show that it is there: it was called with
   * arguments that it must refuse.
   */
  readonly expects?: readonly number[];
  /**
   * Whether it changes the thread that makes it for good, so that it takes a
   * process of its own.
   */
  readonly lasting?: true;
}

/** What there is room for on a file system. */
export interface FreeSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Both 0 where the file system does not count inodes. */
  readonly freeInodes: number;
  readonly totalInodes: number;
}

/** What became of a trial overlay. */
export interface OverlayAnswers {
  readonly mount: Answer;
  /** Whether files and directories can be made, and removed from below. */
  readonly changes: Answer;
}

/** What became of a trial of mapping ids. */
export interface IdMappingAnswers {
  /** Whether a directory can be shown with other owners. */
  readonly mount: Answer;
  /** Whether an overlay takes one as its lower layer. */
  readonly overlay: Answer;
}

/** Sets of capabilities of this process, one bit for each. */
export interface CapabilitySets {
  /** What it has, and so may give. */
  readonly permitted: bigint;
  /** What a program it executes may ever have. */
  readonly bounding: bigint;
}

/** Everything a check may ask. Nothing here throws for what a host lacks. */
export interface HostProbe {
  /** The kernel's release, such as `6.1.0-18-amd64`. */
  readonly kernel: string;
  readonly uid: number;
  /** Where tsdocker keeps its files; they need not exist yet. */
  readonly roots: HostRoots;
  /** The running program, and the directory it was executed from. */
  readonly program: { readonly kind: BuildKind; readonly directory: string };
  /** The text of a file, or `undefined` if it cannot be read. */
  readText(path: string): string | undefined;
  /** Where a symbolic link points to, or `undefined`. */
  readLink(path: string): string | undefined;
  /** Whether there is such a file. */
  exists(path: string): boolean;
  capabilities(): CapabilitySets;
  limit(name: RlimitName): ResourceLimit;
  /** Room at a path, or at what exists of it. */
  space(path: string): FreeSpace | undefined;
  /** Makes a directory at a path, or at what exists of it, and removes it. */
  makeDirectory(path: string): Answer;
  /** Launches an empty process by machine code. */
  launchNatively(): Answer;
  /** Tries calls, in a process of their own where that is possible. */
  attempt(trial: Trial): Answer;
  /** Mounts an overlay on the file system of `roots.root`, and writes to it. */
  mountOverlay(): OverlayAnswers;
  /** Maps ids of a directory there; then puts an overlay on top of that. */
  mapIds(): IdMappingAnswers;
  /** Looks at the hierarchies as `run` does. */
  surveyCgroups(): CgroupSurvey;
  /** Makes a cgroup below another, and removes it. */
  makeCgroup(parent: string): Answer;
  /** Asks nftables for its generation, through a netlink socket. */
  askNftables(): Answer;
  /** Makes a bridge and a pair of devices, in a network namespace of its own. */
  makeBridge(): Answer;
  /** Looks for firewalls of others that drop what containers send. */
  findFirewalls(): readonly DropAdvice[];
}
