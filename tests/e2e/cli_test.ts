/**
 * The commands about the program itself.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  IMAGE,
  namesIn,
  placeTest,
  TSDOCKER,
} from "../support/cli.ts";

placeTest("version tells how the program was built", async (place) => {
  const { code, stdout, stderr } = await place.tsdocker("version");
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.match(
    stdout,
    /^Version: {4}\d+\.\d+\.\d+\nGit commit: \S+\nBuild: {6}(portable|compiled)\nDeno: {7}2\.9\.6\nOS\/Arch: {4}linux\/(x86_64|aarch64)\n$/,
  );
  const line = await place.tsdocker("--version");
  assert.match(line.stdout, /^tsdocker version \d+\.\d+\.\d+, build \S+\n$/);
});

placeTest("info tells of the host and the roots", async (place) => {
  const { code, stdout, stderr } = await place.tsdocker("info");
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.ok(stdout.includes(place.root), stdout);
  assert.ok(stdout.includes(Deno.osRelease()), stdout);
});

placeTest("help never needs a root", async (place) => {
  for (const command of ["run", "ps", "rm", "version", "info"]) {
    const { code, stdout } = await place.tsdocker(command, "--help");
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^Usage: {2}tsdocker ${command}`));
  }
  assert.deepEqual(await namesIn(place.directory), ["work"]);
});

placeTest("TSDOCKER_LAUNCHER is one of three", async (place) => {
  const words = ["run", "--rm", IMAGE, "true"];
  const env = { TSDOCKER_LAUNCHER: "other" };
  const refused = await place.tsdockerWith({ env }, words);
  assert.equal(refused.code, 125);
  assert.match(refused.stderr, /^tsdocker: invalid TSDOCKER_LAUNCHER: "other"/);
  for (const launcher of ["auto", ""]) {
    const env = { TSDOCKER_LAUNCHER: launcher };
    assertPrints(await place.tsdockerWith({ env }, words), "");
  }
});

placeTest("--debug shows the causes of an error", async (place) => {
  const words = ["--debug", "run", "./nosuch.tar", "true"];
  const { code, stderr } = await place.tsdocker(...words);
  assert.equal(code, 125);
  assert.match(stderr, /nosuch\.tar/);
  assert.match(stderr, /\n +at /);
  const quiet = await place.tsdocker(...words.slice(1));
  assert.doesNotMatch(quiet.stderr, /\n +at /);
});

placeTest(
  "relative roots are those of the working directory",
  async (place) => {
    const running = await new Deno.Command(TSDOCKER, {
      args: ["--root", "r", "--run-root", "s", "run", "--rm", IMAGE, "pwd"],
      cwd: place.work,
      env: place.env,
      clearEnv: true,
    }).output();
    assert.equal(new TextDecoder().decode(running.stdout), "/\n");
    assert.deepEqual(await namesIn(place.work), ["r", "s"]);
    assert.deepEqual(await namesIn(`${place.work}/r/containers`), []);
    assert.deepEqual(await namesIn(`${place.work}/s/containers`), []);
  },
);
