/**
 * What a host's cgroups can do, by the file that does it in each version.
 *
 * @module
 */
import type { CgroupVersion, Controller } from "./hierarchy.ts";
import { type CgroupSurvey, hierarchyOf } from "./survey.ts";

/** A kind of limit; one of the files is enough. */
type Files = Readonly<Record<CgroupVersion, readonly string[]>> & {
  readonly controllers: readonly Controller[];
};

const FEATURES = {
  memory: {
    controllers: ["memory"],
    v1: ["memory.limit_in_bytes"],
    v2: ["memory.max"],
  },
  swap: {
    controllers: ["memory"],
    v1: ["memory.memsw.limit_in_bytes"],
    v2: ["memory.swap.max"],
  },
  reservation: {
    controllers: ["memory"],
    v1: ["memory.soft_limit_in_bytes"],
    v2: ["memory.low"],
  },
  swappiness: { controllers: ["memory"], v1: ["memory.swappiness"], v2: [] },
  oomKillDisable: {
    controllers: ["memory"],
    v1: ["memory.oom_control"],
    v2: [],
  },
  shares: { controllers: ["cpu"], v1: ["cpu.shares"], v2: ["cpu.weight"] },
  quota: { controllers: ["cpu"], v1: ["cpu.cfs_quota_us"], v2: ["cpu.max"] },
  cpuset: {
    controllers: ["cpuset"],
    v1: ["cpuset.cpus"],
    v2: ["cpuset.cpus"],
  },
  pids: { controllers: ["pids"], v1: ["pids.max"], v2: ["pids.max"] },
  weight: {
    controllers: ["blkio", "io"],
    v1: ["blkio.bfq.weight"],
    v2: ["io.weight", "io.bfq.weight"],
  },
  readBps: throttle("read_bps"),
  writeBps: throttle("write_bps"),
  readIops: throttle("read_iops"),
  writeIops: throttle("write_iops"),
} as const satisfies Readonly<Record<string, Files>>;

/** Kinds of limits. */
export type Feature = keyof typeof FEATURES;

/**
 * Whether a container can be limited in this way.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(supports({ mode: "none", hierarchies: [] }, "memory"), false);
 * ```
 */
export function supports(survey: CgroupSurvey, feature: Feature): boolean {
  const files: Files = FEATURES[feature];
  const hierarchy = hierarchyOf(survey, ...files.controllers);
  if (hierarchy === undefined) return false;
  return files[hierarchy.version].some((file) => !hierarchy.lacks(file));
}

function throttle(kind: string): Files {
  return {
    controllers: ["blkio", "io"],
    v1: [`blkio.throttle.${kind}_device`],
    v2: ["io.max"],
  };
}
