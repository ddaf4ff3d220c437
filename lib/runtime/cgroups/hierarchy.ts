/**
 * What the control group file systems of a host look like. Types only.
 *
 * @module
 * @see cgroups(7)
 */
import type { ErrnoName } from "../../../ffi/constants/errno.ts";

/** Controllers by the kernel's names; `blkio` is v1's, `io` is v2's. */
export type Controller =
  | "cpu"
  | "cpuacct"
  | "cpuset"
  | "memory"
  | "devices"
  | "freezer"
  | "blkio"
  | "io"
  | "pids"
  | "hugetlb"
  | "net_cls"
  | "net_prio"
  | "perf_event"
  | "rdma"
  | "misc"
  | "debug";

/** Which of the two interfaces a hierarchy has. */
export type CgroupVersion = "v1" | "v2";

/** A mounted tree of cgroups. */
export interface Hierarchy {
  readonly version: CgroupVersion;
  /** Absolute path on the host. */
  readonly mountPoint: string;
  /** What it can limit; none for v1's `name=systemd` and a hybrid host's v2. */
  readonly controllers: readonly Controller[];
}

/** A value to write into a file of a container's cgroup. */
export interface CgroupFile {
  /** Decides which hierarchy's directory it is in. */
  readonly controller: Controller;
  /** Name in that directory, such as `memory.max`. */
  readonly file: string;
  readonly value: string;
  /** Refusals that mean: this kernel has not got it, and need not. */
  readonly tolerate?: readonly ErrnoName[];
}
