/**
 * Volumes, by the built program: `volume …`, `-v`, `--mount`.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  namesIn,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";

/** A volume's own directory in the store. */
function store(place: Place): string {
  return `${place.root}/volumes`;
}

forEachLauncher(
  "run -v NAME:/path keeps files for the next container",
  async (place) => {
    const write = shell("echo k >/x/f; umask 077; mkdir /x/d");
    assertPrints(await place.run("--rm", "-v", "vv:/x", ...write), "");
    const read = shell("cat /x/f; touch /x/g 2>/dev/null || echo read-only");
    assertPrints(
      await place.run("--rm", "-v", "vv:/x:ro", ...read),
      "k\nread-only\n",
    );
    assertPrints(await place.tsdocker("volume", "ls", "-q"), "vv\n");
    const table = "DRIVER    VOLUME NAME\nlocal     vv\n";
    assertPrints(await place.tsdocker("volume", "ls"), table);
  },
);

placeTest(
  "run -v copies the image's files into a new volume, once",
  async (place) => {
    const count = ["sh", "-c", "ls /bin | wc -l; rm -f /bin/mv"];
    const first = await place.run("--rm", "-v", "v:/bin", IMAGE, ...count);
    assert.ok(Number(first.stdout) > 50, first.stdout);
    const again = await place.run("--rm", "-v", "v:/bin", IMAGE, ...count);
    assert.equal(Number(again.stdout), Number(first.stdout) - 1);
    const empty = ["-v", "w:/bin:nocopy", IMAGE, "/bin/true"];
    assert.equal((await place.run("--rm", ...empty)).code, 127);
  },
);

placeTest(
  "volumes without a name go with their container, others stay",
  async (place) => {
    assertPrints(
      await place.run("--rm", "-v", "/a", ...shell("touch /a/f; ls /a")),
      "f\n",
    );
    assert.deepEqual(await namesIn(store(place)), []);
    const words = ["-v", "/a", "-v", "named:/b", "--mount", "dst=/c"];
    await place.tsdocker("create", "--name", "one", ...words, IMAGE, "true");
    assert.equal((await namesIn(store(place))).length, 3);
    const from = ["--volumes-from", "one", ...shell("echo x | tee /a/f /c/f")];
    assertPrints(await place.run("--rm", ...from), "x\n");
    assert.equal((await namesIn(store(place))).length, 3);
    const mounts = "{{range .Mounts}}{{.Type}}:{{.Destination}} {{end}}";
    assertPrints(
      await place.tsdocker("inspect", "-f", mounts, "one"),
      "volume:/b volume:/c volume:/a \n",
    );
    assertPrints(
      await place.tsdocker(
        ...["ps", "-a", "--filter", "volume=named"],
        ...["--format", "{{.Names}} {{.LocalVolumes}}"],
      ),
      "one 3\n",
    );
    const { code, stderr } = await place.tsdocker("volume", "rm", "named");
    assert.equal(code, 1);
    assert.match(stderr, /remove named: volume is in use - \[[0-9a-f]{64}\]/);
    assertPrints(await place.tsdocker("rm", "-v", "one"), "one\n");
    assert.deepEqual(await namesIn(store(place)), ["named"]);
    assertPrints(await place.tsdocker("volume", "rm", "named"), "named\n");
  },
);

placeTest(
  "run --replace keeps the volumes that it takes over",
  async (place) => {
    const words = ["--name", "one", "-v", "/a", "-v", "/b"];
    assertPrints(await place.run(...words, ...shell("echo x >/a/f")), "");
    const again = ["--name", "one", "--replace", "--volumes-from", "one"];
    assertPrints(await place.run(...again, ...shell("cat /a/f")), "x\n");
    assert.equal((await namesIn(store(place))).length, 2);
    assertPrints(await place.tsdocker("rm", "--keep-volumes", "one"), "one\n");
    assert.equal((await namesIn(store(place))).length, 2);
    const pruned = await place.tsdocker("volume", "prune", "-f");
    assert.match(
      pruned.stdout,
      /^Deleted Volumes:\n([0-9a-f]{64}\n){2}\nTotal reclaimed space: \S+\n$/,
    );
    assert.deepEqual(await namesIn(store(place)), []);
  },
);

placeTest("volume does docker's words", async (place) => {
  const volume = async (...words: string[]): Promise<[number, string]> => {
    const { code, stdout } = await place.tsdocker("volume", ...words);
    return [code, stdout];
  };
  assert.deepEqual(await volume("create", "v", "--label", "a=1"), [0, "v\n"]);
  assert.deepEqual(await volume("create", "v"), [0, "v\n"]);
  const [, name] = await volume("create");
  assert.match(name, /^[0-9a-f]{64}\n$/);
  const format = ["--format", '{{.Name}} {{.Label "a"}}'];
  const filter = ["--filter", "label=a"];
  assert.deepEqual(await volume("ls", ...filter, ...format), [0, "v 1\n"]);
  assert.deepEqual(await volume("exists", "v"), [0, ""]);
  assert.deepEqual(await volume("exists", "w"), [1, ""]);
  assert.deepEqual(await volume("inspect", "w"), [1, "[]\n"]);
  const path = `${store(place)}/v/_data`;
  const mountpoint = ["inspect", "-f", "{{.Mountpoint}}", "v"];
  assert.deepEqual(await volume(...mountpoint), [0, `${path}\n`]);
  await Deno.writeTextFile(`${path}/f`, "x");
  assert.deepEqual(await volume("export", "-o", "v.tar", "v"), [0, ""]);
  assert.deepEqual(await volume("import", "w", "v.tar"), [0, ""]);
  assert.equal(await Deno.readTextFile(`${store(place)}/w/_data/f`), "x");
  assert.deepEqual(await volume("rm", "none", "v"), [1, "v\n"]);
  assert.deepEqual(await volume("rm", "-f", "none", "w"), [0, "none\nw\n"]);
  assert.equal((await volume("prune", "-f", "--filter", "until=1h"))[0], 0);
  assert.deepEqual(await volume("ls", "-q"), [0, name]);
  await place.tsdocker("system", "prune", "-f", "--volumes");
  assert.deepEqual(await namesIn(store(place)), []);
});

forEachLauncher(
  "run --mount shows paths, volumes, parts of them, tmpfs, images",
  async (place) => {
    await Deno.writeTextFile(`${place.work}/f`, "host\n");
    assertPrints(
      await place.run(
        "--rm",
        "-v",
        "v:/v",
        ...shell("mkdir -p /v/a/b; ln -s / /v/l"),
      ),
      "",
    );
    const mounts = [
      "type=bind,src=./f,dst=/f,readonly",
      "type=volume,src=v,dst=/part,volume-subpath=a",
      "type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770",
      `type=image,src=${IMAGE},dst=/i`,
    ].flatMap((text) => ["--mount", text]);
    const script = "cat /f; ls /part; stat -c %a /t; ls -d /i/bin; " +
      "(: >/f) 2>/dev/null || (: >/i/x) 2>/dev/null || echo read-only; " +
      "grep ' /t ' /proc/mounts | cut -d' ' -f4";
    const { stdout, stderr } = await place.run(
      "--rm",
      ...mounts,
      ...shell(script),
    );
    assert.equal(stderr, "");
    assert.match(
      stdout,
      /^host\nb\n1770\n\/i\/bin\nread-only\nrw,nosuid,nodev,noexec,.*size=1024k,mode=1770/,
    );
    const outside = "type=volume,src=v,dst=/part,volume-subpath=l/etc";
    const refused = await place.run("--rm", "--mount", outside, IMAGE, "true");
    assert.equal(refused.code, 125);
    assert.match(refused.stderr, /Cannot find "l\/etc" in /);
  },
);

placeTest("run -v :U gives a volume to the user", async (place) => {
  const words = ["--rm", "-u", "33:44", "-v", "v:/v:U"];
  const script = "touch /v/f; stat -c '%u %g' /v /v/f";
  assertPrints(await place.run(...words, ...shell(script)), "33 44\n33 44\n");
});

placeTest(
  "an image's volumes are the container's, and go with it",
  async (place) => {
    await place.run("--name", "made", ...shell("mkdir /data; echo x >/data/f"));
    const changes = ["-c", "VOLUME /data", "-c", 'CMD ["cat", "/data/f"]'];
    const made = await place.tsdocker("commit", ...changes, "made", "vol");
    assert.equal(made.code, 0, made.stderr);
    assertPrints(await place.tsdocker("rm", "made"), "made\n");
    assertPrints(await place.run("--rm", "vol"), "x\n");
    assert.deepEqual(await namesIn(store(place)), []);
    await place.tsdocker("create", "--name", "one", "vol");
    const [name = ""] = await namesIn(store(place));
    assert.match(name, /^[0-9a-f]{64}$/);
    // A volume of the user's is in its place, and so is another container's.
    assertPrints(
      await place.run("--rm", "-v", "mine:/data", "vol", "ls", "/data"),
      "f\n",
    );
    const from = ["--rm", "--volumes-from", "one", "vol"];
    assertPrints(await place.run(...from, "rm", "/data/f"), "");
    assert.deepEqual(await namesIn(store(place)), [name, "mine"]);
    assert.deepEqual(await namesIn(`${store(place)}/${name}/_data`), []);
    const image = ["--mount", "type=image,src=vol,dst=/i"];
    assertPrints(
      await place.run("--rm", ...image, ...shell("cat /i/data/f")),
      "x\n",
    );
    await place.tsdocker("rm", "one");
    assert.deepEqual(await namesIn(store(place)), ["mine"]);
  },
);

placeTest(
  "volumes are whole, whoever is killed or runs at the same time",
  async (place) => {
    const count = shell("ls /bin | wc -l");
    const { stdout: all } = await place.run("--rm", ...count);
    const words = ["run", "--rm", "-v", "v:/bin", "-v", "/anon", IMAGE, "true"];
    for (const delayMs of [20, 30, 40, 50]) {
      const victim = place.start(words);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      victim.kill("SIGKILL");
      await victim.status();
      assertPrints(await place.run("--rm", "-v", "v:/bin", ...count), all);
      assertPrints(await place.tsdocker("volume", "rm", "v"), "v\n");
    }
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => place.run("--rm", "-v", "v:/bin", ...count)),
    );
    for (const outcome of outcomes) assertPrints(outcome, all);
    await place.tsdocker("volume", "prune", "-af");
    assert.deepEqual(await namesIn(store(place)), []);
  },
);
