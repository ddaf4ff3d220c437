/**
 * What `ps`, `inspect`, `port` and `exists` tell of containers.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, IMAGE, placeTest, shell } from "../support/cli.ts";

placeTest("inspect and ps tell of a container that runs", async (place) => {
  const run = await place.run(
    ...["-d", "--name", "web", "--init", "--cpus", "0.5", "--pids-limit", "20"],
    ...["-l", "app=shop", "--health-cmd", "true", "--health-interval", "1h"],
    ...[IMAGE, "sleep", "300"],
  );
  assert.equal(run.code, 0, run.stderr);
  const id = run.stdout.trim();
  assertPrints(
    await place.tsdocker(
      ...["inspect", "-f"],
      "{{.Id}} {{.Name}} {{.State.Running}} {{.HostConfig.NanoCpus}} " +
        "{{.HostConfig.PidsLimit}} {{index .Config.Labels `app`}}",
      "/web",
    ),
    `${id} /web true 500000000 20 shop\n`,
  );
  const inspected = await place.tsdocker("inspect", "-s", id.slice(0, 12));
  const [{ State, SizeRootFs }] = JSON.parse(inspected.stdout);
  assert.ok(SizeRootFs > 1_000_000);
  const executable = await Deno.readTextFile(`/proc/${State.Pid}/comm`);
  assert.ok(executable.length > 1);
  assert.match(State.Health.Status, /^(?:starting|healthy)$/);
  assertPrints(
    await place.tsdocker(
      ...["ps", "--filter", "label=app=shop", "--filter", "name=^/?web$"],
      ...["--format", "{{.ID}}\\t{{.State}}"],
    ),
    `${id.slice(0, 12)}\trunning\n`,
  );
  assertPrints(await place.tsdocker("ps", "-q", "--filter", "name=db"), "");
  assertPrints(await place.tsdocker("rm", "-f", "web"), "web\n");
});

placeTest("inspect and ps tell how containers ended", async (place) => {
  await place.run("--name", "c1", ...shell("printf 12345 >/f; exit 3"));
  await place.run("--name", "c2", IMAGE, "true");
  assertPrints(
    await place.tsdocker(
      ...["inspect", "-f", "{{.Name}} {{.State.Status}} {{.State.ExitCode}}"],
      ...["c1", "c2"],
    ),
    "/c1 exited 3\n/c2 exited 0\n",
  );
  const sized = await place.tsdocker("ps", "-as", "--filter", "exited=3");
  assert.match(sized.stdout, /NAMES {5}SIZE\n[^\n]+ c1 {8}5B \(virtual /);
  const lines = await place.tsdocker("ps", "-a", "--format", "json");
  const names = lines.stdout.trim().split("\n")
    .map((line) => JSON.parse(line).Names);
  assert.deepEqual(names, ["c2", "c1"]);
  assertPrints(await place.tsdocker("rm", "c1", "c2"), "c1\nc2\n");
});

placeTest("what is not there is told by message and status", async (place) => {
  const missing = await place.tsdocker("inspect", "nosuch");
  assert.equal(missing.code, 1);
  assert.equal(missing.stdout, "[]\n");
  assert.match(missing.stderr, /^tsdocker: No such object: nosuch\n/);
  await place.run("--name", "c1", IMAGE, "true");
  const some = await place.tsdocker(
    ...["inspect", "-f", "{{.Name}}", "nosuch", "c1"],
  );
  assert.deepEqual([some.code, some.stdout], [1, "/c1\n"]);
  const field = await place.tsdocker(
    ...["inspect", "-f", "{{.State.Health.Status}}", "c1"],
  );
  assert.equal(field.code, 1);
  assert.match(field.stderr, /map has no entry for key "Health"\n/);
  assertPrints(await place.tsdocker("port", "c1"), "");
  const port = await place.tsdocker("port", "c1", "80");
  assert.equal(port.code, 1);
  assert.match(port.stderr, /No public port '80\/tcp' published for c1/);
  assertPrints(await place.tsdocker("container", "exists", "c1"), "");
  assertPrints(await place.tsdocker("rm", "c1"), "c1\n");
  const exists = await place.tsdocker("exists", "c1");
  assert.deepEqual(exists, { code: 1, stdout: "", stderr: "" });
});
