/**
 * Whether a guest is what it was booted to be: the other tests take hosts as
 * they are, and would pass on a wrong one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { placeTest } from "../support/cli.ts";
import { hostHierarchies } from "../support/cgroup_view.ts";
import { examine, finding } from "../support/doctor.ts";

/** Versions of cgroups and process 1, such as `hybrid plain`. */
const GUEST = Deno.env.get("TSDOCKER_TEST_GUEST");

/** Other tests may have been given the image unpacked. */
const TAR = new URL("../../images/busybox.tar", import.meta.url).pathname;

/** File systems of cgroups, by version and whether they limit anything. */
function cgroupMode(): string {
  const hierarchies = hostHierarchies();
  const hasLimits = hierarchies.some(({ version, options }) =>
    version === "v1" && options.includes("memory")
  );
  const hasV2 = hierarchies.some(({ version }) => version === "v2");
  return hasLimits ? (hasV2 ? "hybrid" : "v1") : (hasV2 ? "v2" : "none");
}

/** Registers a test of guests. */
function guestTest(
  claim: string,
  body: (guest: string) => Parameters<typeof placeTest>[1],
): void {
  if (GUEST !== undefined) return placeTest(claim, body(GUEST));
  const name = `${claim} (skipped: this is no guest of make vm)`;
  Deno.test({ name, ignore: true, fn: () => undefined });
}

guestTest("a guest has the cgroups it was booted with", (guest) => () => {
  const first = Deno.readTextFileSync("/proc/1/comm").trim();
  const init = first === "systemd" ? "systemd" : "plain";
  assert.equal(`${cgroupMode()} ${init}`, guest);
});

guestTest(
  "doctor and run are content with a guest",
  (guest) => async (place) => {
    const report = await examine(place);
    assert.deepEqual([report.ok, report.code], [true, 0]);
    const [mode = ""] = guest.split(" ");
    assert.match(
      finding(report, "cgroups").detail,
      new RegExp(`\\b${mode}\\b`),
    );
    for (const [id, { status, detail }] of report.checks) {
      if (!id.startsWith("cgroup")) continue;
      // What weighs I/O is an option of kernels, for v1 a module to be loaded.
      if (id === "cgroup-io" && detail.endsWith(", without weight")) continue;
      assert.equal(status, "ok", `${id}: ${detail}`);
    }
    const { code, stderr } = await place.run("--rm", TAR, "true");
    assert.deepEqual([code, stderr], [0, ""]);
  },
);
