/**
 * Containers that stay: names, `ps` and `rm`.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  namesIn,
  placeTest,
  shell,
} from "../support/cli.ts";

forEachLauncher("run keeps a container without --rm", async (place) => {
  const script = "echo changed >/f; exit 3";
  const outcome = await place.run("--name", "kept", ...shell(script));
  assert.deepEqual(outcome, { code: 3, stdout: "", stderr: "" });
  const [id = ""] = await place.containers();
  const { stdout } = await place.tsdocker("ps", "-a");
  const [header, row, ...rest] = stdout.trimEnd().split("\n");
  assert.match(
    header ?? "",
    /^CONTAINER ID {3}IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES$/,
  );
  assert.ok(row?.startsWith(`${id.slice(0, 12)}   ${IMAGE}   "sh -c`), row);
  assert.match(row ?? "", /(ago|a second ago) +Exited \(3\) .* +kept$/);
  assert.deepEqual(rest, []);
  assertPrints(await place.tsdocker("ps", "-aq"), `${id.slice(0, 12)}\n`);
  assertPrints(await place.tsdocker("ps", "-q"), "");
  assertPrints(await place.tsdocker("rm", "kept"), "kept\n");
  assert.deepEqual(await place.containers(), []);
});

placeTest("ps is a header alone where nothing was ever run", async (place) => {
  const { code, stdout, stderr } = await place.tsdocker("ps", "-a");
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.match(stdout, /^CONTAINER ID [^\n]*NAMES\n$/);
});

placeTest("ps shows the newest first, -n the last of them", async (place) => {
  for (const name of ["first", "second", "third"]) {
    assertPrints(await place.run("--name", name, IMAGE, "true"), "");
  }
  const format = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await place.tsdocker("ps", ...words);
    return stdout.trim().split("\n").slice(1)
      .map((row) => row.split(/ {2,}/).at(-1) ?? "");
  };
  assert.deepEqual(await format("-a"), ["third", "second", "first"]);
  assert.deepEqual(await format("-n", "2"), ["third", "second"]);
  assert.deepEqual(await format(), []);
  assertPrints(
    await place.tsdocker("rm", "first", "second", "third"),
    "first\nsecond\nthird\n",
  );
});

placeTest(
  "run --name refuses a name in use, in docker's words",
  async (place) => {
    assertPrints(await place.run("--name", "taken", IMAGE, "true"), "");
    const [id] = await place.containers();
    assert.deepEqual(await place.run("--name", "taken", IMAGE, "true"), {
      code: 125,
      stdout: "",
      stderr:
        `tsdocker: Conflict. The container name "/taken" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.\n\ntry: another --name, or tsdocker rm taken (rm -f if it runs)\n`,
    });
    assert.equal((await place.containers()).length, 1);
    assertPrints(await place.tsdocker("rm", "taken"), "taken\n");
    assertPrints(await place.run("--rm", "--name", "taken", IMAGE, "true"), "");
  },
);

placeTest("one of many at once gets the name", async (place) => {
  assertPrints(await place.run("--rm", IMAGE, "true"), "");
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => place.run("--name", "one", IMAGE, "true")),
  );
  const codes = outcomes.map(({ code }) => code).sort();
  assert.deepEqual(codes, [0, 125, 125, 125, 125, 125, 125, 125]);
  assert.equal((await place.containers()).length, 1);
  assertPrints(await place.tsdocker("rm", "one"), "one\n");
});

placeTest("containers without a name get one each", async (place) => {
  for (let count = 0; count < 3; count++) {
    assertPrints(await place.run(IMAGE, "true"), "");
  }
  const names = await namesIn(`${place.root}/names`);
  assert.equal(names.length, 3);
  for (const name of names) assert.match(name, /^[a-z]+_[a-z]+$/);
  const removed = await place.tsdocker("rm", ...names);
  assertPrints(removed, names.map((name) => `${name}\n`).join(""));
});

placeTest("rm takes names, ids and beginnings of ids", async (place) => {
  for (const name of ["a1", "b2", "c3"]) {
    assertPrints(await place.run("--name", name, IMAGE, "true"), "");
  }
  const ids = await place.containers();
  const words = [ids[0] ?? "", ids[1]?.slice(0, 12) ?? "", "nosuch"];
  const outcome = await place.tsdocker("rm", ...words);
  assert.deepEqual(outcome, {
    code: 1,
    stdout: `${words[0]}\n${words[1]}\n`,
    stderr: "tsdocker: No such container: nosuch\n\ntry: tsdocker ps -a\n",
  });
  assert.deepEqual(await place.containers(), [ids[2]]);
  const last = ids[2]?.slice(0, 6) ?? "";
  assertPrints(await place.tsdocker("rm", "-v", last), `${last}\n`);
});

forEachLauncher(
  "rm refuses a running container, -f kills it",
  async (place) => {
    const words = [
      "run",
      "--name",
      "busy",
      ...shell("echo up; exec sleep 1000"),
    ];
    const running = place.start(words);
    assert.equal(await running.stdout.line(), "up");
    const refused = await place.tsdocker("rm", "busy");
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /^tsdocker: cannot remove container "busy": container is running: /,
    );
    assertPrints(await place.tsdocker("rm", "-f", "busy"), "busy\n");
    assert.equal(await running.status(), 137);
    assert.deepEqual(await place.containers(), []);
  },
);

forEachLauncher("ps shows a running container", async (place) => {
  const words = ["run", "--rm", "-i", "--name", "up", ...shell("echo up; cat")];
  const running = place.start(words, { stdin: "" });
  assert.equal(await running.stdout.line(), "up");
  const { stdout } = await place.tsdocker("ps");
  assert.match(stdout, /\n[0-9a-f]{12} .* "sh -c 'echo up; cat'|"sh -c .* Up /);
  assert.match(stdout, / up\n$/);
  await running.closeStdin();
  assert.equal(await running.status(), 0);
});
