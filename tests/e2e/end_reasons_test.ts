/**
 * Containers that end for a reason that their program cannot tell: who is
 * connected reads it, and `inspect` keeps it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, IMAGE, type Place, placeTest } from "../support/cli.ts";

/** What `inspect` has of its end. */
async function endOf(place: Place, name: string): Promise<string> {
  const format = "{{.State.ExitCode}} {{.State.Error}}";
  const { stdout } = await place.tsdocker("inspect", "-f", format, name);
  return stdout.trimEnd();
}

placeTest("--timeout ends a container, kept in either way", async (place) => {
  const words = ["--timeout", "1", IMAGE, "sleep", "1000"];
  const reason = "killed after 1 s (--timeout)";
  const [own, detached] = await Promise.all([
    place.run("--name", "own", ...words),
    place.run("-d", "--name", "detached", ...words),
  ]);
  assert.deepEqual(own, {
    code: 137,
    stdout: "",
    stderr: `tsdocker: container own: ${reason}\n`,
  });
  assert.equal(detached.stderr, "");
  assertPrints(await place.tsdocker("wait", "detached"), "137\n");
  for (const name of ["own", "detached"]) {
    assert.equal(await endOf(place, name), `137 ${reason}`);
  }
  await place.tsdocker("rm", "own", "detached");
});

placeTest(
  "a program that cannot be started again says why, and with which status",
  async (place) => {
    const program = `${place.work}/program`;
    const script = "#!/bin/sh\nrm /work/program\nexit 1\n";
    await Deno.writeTextFile(program, script, { mode: 0o755 });
    const { code, stdout, stderr } = await place.run(
      ...["--name", "web", "--restart", "on-failure:1"],
      ...["-v", `${place.work}:/work`, IMAGE, "/work/program"],
    );
    assert.deepEqual([code, stdout], [127, ""]);
    const [, reason = ""] = /^tsdocker: container web: (.*)\n$/.exec(stderr) ??
      [];
    assert.match(reason, /^exec "\/work\/program": .*no such file/);
    assert.equal(await endOf(place, "web"), `127 ${reason}`);
    await Deno.writeTextFile(program, script, { mode: 0o755 });
    await place.tsdocker("start", "web");
    assertPrints(await place.tsdocker("rm", "-f", "web"), "web\n");
  },
);
