/**
 * A first look at everything, in seconds: also run in a guest with a pure
 * cgroup v2 tree, twenty times slower and without a compiler or a network.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  placeTest,
  shell,
} from "../support/cli.ts";
import { Terminal } from "../support/terminal.ts";

forEachLauncher("run prints what the command prints", async (place) => {
  assertPrints(await place.run("--rm", IMAGE, "echo", "hello"), "hello\n");
});

forEachLauncher("run exits as the command does", async (place) => {
  for (const code of [0, 7, 255]) {
    const outcome = await place.run("--rm", ...shell(`exit ${code}`));
    assert.deepEqual(outcome, { code, stdout: "", stderr: "" });
  }
});

forEachLauncher("run exits with 127 and 126", async (place) => {
  const missing = await place.run("--rm", IMAGE, "nosuch");
  assert.equal(missing.code, 127);
  assert.match(missing.stderr, /executable file not found in \$PATH/);
  const directory = await place.run("--rm", IMAGE, "/etc");
  assert.equal(directory.code, 126);
  assert.match(directory.stderr, /permission denied: is a directory/);
});

forEachLauncher("run sets what -e, -w, -u and -h say", async (place) => {
  assertPrints(
    await place.run(
      ...["--rm", "-e", "A=x y", "-w", "/tmp", "-u", "1000:1000", "-h", "box"],
      ...shell('echo "$A" $PWD $(id -u):$(id -g) $(hostname)'),
    ),
    "x y /tmp 1000:1000 box\n",
  );
});

forEachLauncher("run -v shows a directory, ro on request", async (place) => {
  await Deno.mkdir(`${place.work}/d`);
  const written = await place.run(
    "--rm",
    "-v",
    "./d:/d",
    ...shell("echo 1 >/d/f"),
  );
  assertPrints(written, "");
  assert.equal(await Deno.readTextFile(`${place.work}/d/f`), "1\n");
  assert.deepEqual(
    await place.run("--rm", "-v", "./d:/d:ro", IMAGE, "touch", "/d/g"),
    { code: 1, stdout: "", stderr: "touch: /d/g: Read-only file system\n" },
  );
});

forEachLauncher("run --read-only, with a tmpfs in it", async (place) => {
  assert.deepEqual(
    await place.run(
      ...["--rm", "--read-only", "--tmpfs", "/t"],
      ...shell("touch /x; echo t >/t/x && cat /t/x"),
    ),
    { code: 0, stdout: "t\n", stderr: "touch: /x: Read-only file system\n" },
  );
});

forEachLauncher("run -i passes stdin on to its end", async (place) => {
  assertPrints(
    await place.tsdockerWith({ stdin: "one\ntwo\n" }, [
      ...["run", "--rm", "-i", IMAGE, "wc", "-l"],
    ]),
    "2\n",
  );
});

forEachLauncher("ps and rm know a container that has ended", async (place) => {
  assertPrints(await place.run("--name", "kept", IMAGE, "true"), "");
  const listed = await place.tsdocker("ps", "-a");
  assert.match(listed.stdout, /"true" .* Exited \(0\) .* kept\n$/);
  assertPrints(await place.tsdocker("rm", "kept"), "kept\n");
  const { stdout } = await place.tsdocker("ps", "-a");
  assert.equal(stdout.split("\n").length, 2);
});

forEachLauncher("run is alone in its namespaces", async (place) => {
  const { stdout } = await place.run(
    ...["--rm", ...shell("echo $$; ls /sys/class/net; hostname")],
  );
  assert.match(stdout, /^1\nlo\n[0-9a-f]{12}\n$/);
});

forEachLauncher("run -it gives a shell in a terminal", (place) => {
  const size = { height: 33, width: 99 };
  const words = ["run", "--rm", "-it", IMAGE, "sh"];
  using terminal = Terminal.tsdocker(place, words, { size });
  terminal.expect("# ");
  terminal.type("stty size; tty\r");
  terminal.expect("\r\n33 99\r\n/dev/");
  terminal.expect("# ");
  // Quoted, or the echo of what is typed would be taken for the output.
  terminal.type("sh -c 'echo \"read\"y; exec sleep 1000'\r");
  terminal.expect("ready\r\n");
  terminal.type("\x03");
  terminal.expect("# ");
  terminal.type("exit 5\r");
  assert.equal(terminal.status(), 5);
  assert.deepEqual(terminal.modes, terminal.initialModes);
});

placeTest(
  "run --userns auto has a root that is somebody else",
  async (place) => {
    const script = "id -u; stat -c %u /bin/busybox; touch /f; " +
      "tr -s ' ' </proc/self/uid_map | cut -d ' ' -f 2,4";
    const outcome = await place.run(
      ...["--rm", "--userns", "auto", ...shell(script)],
    );
    assertPrints(outcome, "0\n0\n0 65536\n");
  },
);
