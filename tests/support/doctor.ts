/**
 * `tsdocker doctor` in tests: its findings on a host from which something has
 * been taken away, compared with those on the host as it is.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mountedHierarchies } from "../../lib/runtime/cgroups/mount_table.ts";
import type { Controller } from "../../lib/runtime/cgroups/hierarchy.ts";
import type { CheckResult } from "../../lib/engine/doctor/check_result.ts";
import type { Outcome, Place, Surroundings } from "./cli.ts";

/** The document that `doctor --json` prints, with the exit status. */
export interface Report {
  readonly code: number;
  readonly ok: boolean;
  readonly checks: ReadonlyMap<string, CheckResult>;
}

/** Reads what `doctor --json` printed. */
export function toReport({ code, stdout, stderr }: Outcome): Report {
  assert.equal(stderr, "");
  assert.equal(stdout.indexOf("\n"), stdout.length - 1, stdout);
  const { ok, checks } = JSON.parse(stdout) as {
    ok: boolean;
    checks: CheckResult[];
  };
  return {
    code,
    ok,
    checks: new Map(checks.map((check) => [check.id, check])),
  };
}

/** Examines the host as a place sees it. */
export async function examine(
  place: Place,
  surroundings: Surroundings = {},
): Promise<Report> {
  return toReport(await place.tsdockerWith(surroundings, ["doctor", "--json"]));
}

/**
 * What differs between two reports, as `id status`: the status is that of the
 * second one.
 */
export function changes(before: Report, after: Report): string[] {
  return [...after.checks].flatMap(([id, { status }]) =>
    before.checks.get(id)?.status === status ? [] : [`${id} ${status}`]
  ).sort();
}

/** A finding that must be there. */
export function finding(report: Report, id: string): CheckResult {
  const found = report.checks.get(id);
  assert.ok(found !== undefined, `no check "${id}"`);
  return found;
}

/** Words that run a command after a script, with mounts of its own. */
export function inMounts(script: string): readonly string[] {
  return ["unshare", "-m", "sh", "-ec", `${script}\nexec "$@"`, "sh"];
}

/** As {@linkcode inMounts}, as root of a user namespace that has nobody else. */
export function inUserNamespace(script: string): readonly string[] {
  return ["unshare", "-U", "-r", ...inMounts(script)];
}

/** Words that run a command without some capabilities. */
export function withoutCapabilities(...names: string[]): readonly string[] {
  const list = names.map((name) => `-${name.toLowerCase()}`).join();
  return ["setpriv", `--bounding-set=${list}`, `--inh-caps=${list}`];
}

/**
 * A script for {@linkcode inMounts} that hides a controller: it unmounts that of
 * v1, and has the list of v2 end without it.
 */
export function hideController(v1: Controller, v2: string = v1): string {
  return mountedHierarchies().map(({ version, controllers, mountPoint }) => {
    if (version === "v2") {
      const list = `${mountPoint}/cgroup.controllers`;
      return `sed 's/\\b${v2}\\b//' ${list} >controllers\n` +
        `mount --bind controllers ${list}`;
    }
    return controllers.includes(v1) ? `umount -l ${mountPoint}` : "";
  }).join("\n");
}
