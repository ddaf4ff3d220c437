/**
 * Containers that end for a reason that their program cannot tell: who is
 * connected reads it, and `inspect` keeps it.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  eventually,
  IMAGE,
  type Place,
  placeTest,
} from "../support/cli.ts";

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

placeTest(
  "a monitor says why a program cannot be started again without files of its own",
  async (place) => {
    const runtime = `${place.directory}/runtime`;
    const program = `${place.work}/program`;
    const script =
      "#!/bin/sh\nuntil [ -e /work/go ]; do sleep 0.1; done\nrm /work/program\nexit 1\n";
    await Deno.writeTextFile(program, script, { mode: 0o755 });
    // Or who makes the container would leave it to another.
    await place.run("--rm", IMAGE, "true");
    const first = place.start([
      ...["run", "-d", "--name", "web", "--restart", "on-failure:1"],
      ...["-v", `${place.work}:/work`, IMAGE, "/work/program"],
    ], { env: { TSDOCKER_RUNTIME_DIR: runtime } });
    assert.equal(await first.status(), 0);
    await Deno.remove(runtime, { recursive: true });
    await Deno.writeTextFile(`${place.work}/go`, "");
    const end = await eventually("a restart that fails", async () => {
      const end = await endOf(place, "web");
      return end.startsWith("127") ? end : undefined;
    });
    assert.match(end, /^127 exec "\/work\/program": .*no such file/);
    await place.tsdocker("rm", "web");
  },
);
