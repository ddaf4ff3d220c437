/**
 * Looking after tsdocker itself: `events`, `system`, `container prune`, `boot`.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  eventually,
  forEachLauncher,
  IMAGE,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";

/** Ends of itself as soon as it is asked to. */
const PATIENT = ["--init", IMAGE, "sleep", "1000"];

async function detached(place: Place, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await place.run("-d", ...words, ...PATIENT);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout.trim();
}

async function statusOf(place: Place, name: string): Promise<string> {
  const filter = `name=^/?${name}$`;
  const { stdout } = await place.tsdocker(
    "ps",
    ...["-a", "--filter", filter, "--format", "{{.Status}}"],
  );
  return stdout.trim();
}

placeTest("events tells what has happened, and what happens", async (place) => {
  const words = [
    "events",
    "--format",
    "{{.Action}} {{.Actor.Attributes.name}}",
  ];
  const following = place.start([...words, "--since", "0"]);
  assertPrints(await place.run("--name", "one", ...shell("true")), "");
  assertPrints(await place.tsdocker("rm", "one"), "one\n");
  for (const action of ["create", "start", "die", "destroy"]) {
    assert.equal(await following.stdout.line(), `${action} one`);
  }
  following.kill("SIGTERM");
  await following.status();
  const past = ["--since", "1h", "--until", "0s", "--filter", "event=die"];
  assertPrints(await place.tsdocker(...words, ...past), "die one\n");
  const { stdout } = await place.tsdocker("events", ...past);
  assert.match(
    stdout,
    /^\d{4}-\d\d-\d\dT\S{18,} container die [0-9a-f]{64} \(exitCode=0, image=.*, name=one\)\n$/,
  );
});

placeTest("container prune spares what runs", async (place) => {
  await detached(place, "--name", "up");
  for (const name of ["a", "b"]) {
    const label = `which=${name}`;
    const outcome = await place.run(
      ...["--name", name, "-l", label],
      ...shell("true"),
    );
    assertPrints(outcome, "");
  }
  const asked = await place.tsdockerWith({ stdin: "n\n" }, [
    "container",
    "prune",
  ]);
  assert.equal(asked.stdout, "");
  assert.match(asked.stderr, /^WARNING! .* \[y\/N\] $/s);
  const prune = ["container", "prune", "-f"];
  const { stdout } = await place.tsdocker(
    ...prune,
    "--filter",
    "label=which=a",
  );
  assert.match(
    stdout,
    /^Deleted Containers:\n[0-9a-f]{64}\n\nTotal reclaimed space: .*B\n$/,
  );
  assert.equal((await place.containers()).length, 2);
  await place.tsdocker(...prune);
  assert.equal((await place.containers()).length, 1);
  assertPrints(
    await place.tsdocker(...prune),
    "Total reclaimed space: 0B\n",
  );
  assertPrints(await place.tsdocker("rm", "-f", "up"), "up\n");
});

placeTest("system prune -a leaves next to nothing", async (place) => {
  assertPrints(await place.run("--name", "a", ...shell("true")), "");
  const { stdout } = await place.tsdocker("system", "df");
  assert.match(
    stdout,
    /^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages +1 +1 /,
  );
  const flags = ["-a", "--volumes"];
  const planned = await place.tsdocker(
    "system",
    "prune",
    ...flags,
    "--dry-run",
  );
  assert.match(planned.stdout, /^Would delete Containers:\n/);
  const pruned = await place.tsdocker("system", "prune", ...flags, "-f");
  assert.equal(
    pruned.stdout.replaceAll("Deleted", "Would delete")
      .replace("reclaimed", "reclaimable"),
    planned.stdout,
  );
  const du = await new Deno.Command("du", { args: ["-s", place.root] })
    .output();
  assert.ok(Number.parseInt(new TextDecoder().decode(du.stdout)) < 1000);
  // Its archive is still there.
  assertPrints(await place.run("--rm", ...shell("echo again")), "again\n");
});

forEachLauncher("boot starts what is to run after a reboot", async (place) => {
  await detached(place, "--name", "always", "--restart", "always");
  await detached(place, "--name", "unless", "--restart", "unless-stopped");
  await detached(place, "--name", "stopped", "--restart", "unless-stopped");
  await detached(place, "--name", "never");
  assertPrints(await place.tsdocker("stop", "stopped"), "stopped\n");
  const halted = await place.tsdocker("boot", "--stop");
  assert.deepEqual(
    halted.stdout.trim().split("\n").sort(),
    ["always", "never", "unless"],
  );
  await Deno.remove(place.runRoot, { recursive: true });
  assert.match(await statusOf(place, "always"), /^Exited/);
  assertPrints(await place.tsdocker("boot"), "always\nunless\n");
  assertPrints(await place.tsdocker("boot"), "");
  assert.match(await statusOf(place, "always"), /^Up/);
  assert.match(await statusOf(place, "stopped"), /^Exited/);
  const names = ["always", "unless", "stopped", "never"];
  const removed = await place.tsdocker("rm", "-f", ...names);
  assertPrints(removed, names.map((name) => `${name}\n`).join(""));
});

placeTest("system repair gives an orphan a monitor", async (place) => {
  const id = await detached(place, "--name", "orphan");
  const record = `${place.runRoot}/containers/${id}/running.json`;
  const { keeper } = JSON.parse(await Deno.readTextFile(record));
  Deno.kill(keeper.pid, "SIGKILL");
  await eventually("the end of the monitor", async () => {
    const { stdout } = await place.tsdocker("system", "repair");
    return stdout.includes(`Gave container ${id.slice(0, 12)}`) || undefined;
  });
  const again = await place.tsdocker("system", "repair");
  assert.ok(!again.stdout.includes("Gave container"), again.stdout);
  assert.match(await statusOf(place, "orphan"), /^Up/);
  assertPrints(await place.tsdocker("stop", "orphan"), "orphan\n");
  assert.match(await statusOf(place, "orphan"), /^Exited \(143\)/);
  assertPrints(await place.tsdocker("rm", "orphan"), "orphan\n");
});

placeTest("completion offers containers to who may see them", async (place) => {
  assertPrints(await place.run("--name", "web", ...shell("true")), "");
  const offered = await place.tsdocker("complete", "--", "rm", "-f", "w");
  assertPrints(offered, `web\t${IMAGE}\n`);
  const script = await place.tsdocker("completion", "bash");
  assert.match(script.stdout, /complete -F _tsdocker tsdocker\n$/);
  assertPrints(await place.tsdocker("rm", "web"), "web\n");
});
