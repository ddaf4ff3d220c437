/**
 * Records of running containers, for tests to change what they are about.
 *
 * @module
 */
import type { RunningRecord } from "../../lib/engine/containers/records.ts";
import type { ProcessIdentity } from "../../lib/runtime/process_identity.ts";

/** A program kept by itself, as far as the record knows, with changes. */
export function runningRecord(
  { pid, startTime }: ProcessIdentity,
  changes: Partial<RunningRecord> = {},
): RunningRecord {
  return {
    pid,
    startTime,
    startedMs: 5,
    keeper: { pid, startTime },
    withoutKeeper: "ends",
    restartCount: 0,
    ...changes,
  };
}
