/**
 * What a check of the host comes to.
 *
 * @module
 */

/**
 * `ok`: it works. `missing`: it does not. `degraded`: it works less well, or
 * only a part of it.
 */
export type CheckStatus = "ok" | "missing" | "degraded";

/** One line of the diagnosis. The JSON of `doctor` has the same members. */
export interface CheckResult {
  /** A word that stays the same between versions, such as `cgroup-memory`. */
  readonly id: string;
  /** What was looked at. */
  readonly title: string;
  readonly status: CheckStatus;
  /** What was found, as a phrase. */
  readonly detail: string;
  /** What the user goes without; absent if all is well. */
  readonly costs?: string;
  /** Flags that do not do what they say. */
  readonly flags?: readonly string[];
  /** What would help. */
  readonly fix?: string;
  /** Whether `run` fails even without any flag. */
  readonly stopsRun?: true;
}

/** What a failed check adds to what was found. */
export type Loss = Pick<CheckResult, "costs" | "flags" | "fix" | "stopsRun">;

/** What a check is about. */
export type Subject = Pick<CheckResult, "id" | "title">;

/** The result that all is well. */
export function ok({ id, title }: Subject, detail: string): CheckResult {
  return { id, title, status: "ok", detail };
}

/** The result that something is not there. */
export function missing(
  { id, title }: Subject,
  detail: string,
  loss: Loss,
): CheckResult {
  return { id, title, status: "missing", detail, ...loss };
}

/** The result that something works in part. */
export function degraded(
  { id, title }: Subject,
  detail: string,
  loss: Loss,
): CheckResult {
  return { id, title, status: "degraded", detail, ...loss };
}
