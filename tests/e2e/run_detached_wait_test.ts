/**
 * Life of detached containers by the flags of `run`: waiting until they are
 * ready, health, restarts, replacing.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  eventually,
  IMAGE,
  namesIn,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";

/** What `ps` says a container does. */
async function status(place: Place, name: string): Promise<string> {
  const { stdout } = await place.tsdocker("ps", "-a", "--format", "{{json .}}");
  const rows = stdout.trim().split("\n").map((row) => JSON.parse(row));
  return rows.find(({ Names }) => Names === name)?.Status ?? "";
}

placeTest(
  "run -d --wait tells what a container without checks is about",
  async (place) => {
    const good = await place.run("-d", "--wait", "--rm", IMAGE, "true");
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /^[0-9a-f]{64}\n$/);
    const script = "echo trying; echo no such thing >&2; exit 3";
    const bad = await place.run(
      "-d",
      "--wait",
      "--name",
      "bad",
      ...shell(script),
    );
    assert.equal(bad.code, 3);
    assert.match(bad.stdout, /^[0-9a-f]{64}\n$/);
    const lines = bad.stderr.split("\n");
    assert.equal(lines[0], "tsdocker: container bad has ended with status 3");
    assert.deepEqual(lines.slice(1).sort(), ["", "no such thing", "trying"]);
    assertPrints(await place.tsdocker("rm", "bad"), "bad\n");
  },
);

placeTest("run -d --wait waits for a check to succeed", async (place) => {
  const checks = ["--health-cmd", "test -f /ok", "--health-interval", "50ms"];
  const late = await place.run(
    ...["-d", "--wait=0", "--name", "late", ...checks],
    ...[IMAGE, "sleep", "1000"],
  );
  assert.equal(late.code, 124);
  assert.match(late.stderr, /^tsdocker: container late is not ready yet\n/);
  assertPrints(await place.tsdocker("rm", "-f", "late"), "late\n");
  const ready = await place.run(
    ...["-d", "--wait", "--name", "late", ...checks],
    ...shell("touch /ok; exec sleep 1000"),
  );
  assert.equal(ready.code, 0, ready.stderr);
  assert.match(await status(place, "late"), /^Up .*\(healthy\)$/);
  assertPrints(await place.tsdocker("rm", "-f", "late"), "late\n");
});

placeTest("a container whose checks fail is unhealthy", async (place) => {
  const outcome = await place.run(
    ...["-d", "--wait", "--name", "ill", "--health-retries", "2"],
    ...["--health-cmd", "echo bad; exit 5", "--health-interval", "20ms"],
    ...[IMAGE, "sleep", "1000"],
  );
  assert.equal(outcome.code, 1);
  assert.equal(
    outcome.stderr,
    "tsdocker: container ill is unhealthy\nlast check: status 5: bad\n",
  );
  assert.match(await status(place, "ill"), /^Up .*\(unhealthy\)$/);
  assertPrints(await place.tsdocker("rm", "-f", "ill"), "ill\n");
});

placeTest("run --restart on-failure:2 starts it twice again", async (place) => {
  const { code } = await place.run(
    ...["-d", "--restart", "on-failure:2", "--name", "rr", "-l", "a=b"],
    ...[IMAGE, "false"],
  );
  assert.equal(code, 0);
  const path = `${place.root}/containers/${(await place.containers())[0]}`;
  await eventually("its last end", async () => {
    const found = await namesIn(path);
    if (!found.includes("exit.json")) return undefined;
    const text = await Deno.readTextFile(`${path}/exit.json`);
    return JSON.parse(text).restartCount === 2 || undefined;
  });
  await eventually(
    "it to stay down",
    async () => /^Exited \(1\)/.test(await status(place, "rr")) || undefined,
  );
  assertPrints(await place.tsdocker("rm", "rr"), "rr\n");
});

placeTest(
  "run --replace takes the place of one that runs, with its volumes",
  async (place) => {
    await Deno.mkdir(`${place.work}/data`);
    const pidfile = `${place.directory}/pid`;
    const first = await place.run(
      ...["-d", "--name", "web", "-v", "./data:/data", "--pidfile", pidfile],
      ...[IMAGE, "sleep", "1000"],
    );
    assert.equal(first.code, 0, first.stderr);
    const pid = Number(await Deno.readTextFile(pidfile));
    assert.equal(
      (await Deno.readTextFile(`/proc/${pid}/cmdline`)).replaceAll("\0", " "),
      "sleep 1000 ",
    );
    const refused = await place.run("--name", "web", IMAGE, "true");
    assert.equal(refused.code, 125);
    assertPrints(
      await place.run(
        ...["--replace", "--name", "web", "--volumes-from", "web"],
        ...shell("echo x >/data/x; cat /data/x"),
      ),
      "x\n",
    );
    await assert.rejects(Deno.stat(`/proc/${pid}`), { name: "NotFound" });
    assert.equal((await place.containers()).length, 1);
    assert.equal(await Deno.readTextFile(`${place.work}/data/x`), "x\n");
    assertPrints(await place.tsdocker("rm", "web"), "web\n");
  },
);
