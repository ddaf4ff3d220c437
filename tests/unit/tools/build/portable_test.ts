/** @module */
import assert from "node:assert/strict";
import {
  BUNDLE_RUN_FLAGS,
  QUICK_TUNABLES,
} from "../../../../lib/runtime/launch/self_invocation.ts";
import {
  FAKE_DENO,
  namesIn,
  outcomeOf,
  portableBytes,
  PortableFile,
  SCRIPTS,
} from "../../../support/portable_file.ts";

/** The names in the directory that a file unpacks to. */
const UNPACKED = [
  ...["cache", "tsdocker"],
  ...SCRIPTS.map(({ name }) => name),
].sort();

/** How the shells that may have to unpack are called. */
const SHELLS = ([
  ["dash"],
  ["bash"],
  ["bash", "--posix"],
  ["busybox", "sh"],
] as const).filter(([name]) => isInstalled(name));

function isInstalled(name: string): boolean {
  const { success } = new Deno.Command("sh", {
    args: ["-c", `command -v ${name}`],
    stdout: "null",
  }).outputSync();
  return success;
}

/** A first line of stderr without the changing paths. */
function reason(stderr: string): string {
  assert.equal(stderr.trimEnd().split("\n").length, 1, `one line: ${stderr}`);
  const found = /^tsdocker: Cannot unpack into "[^"]*": (.*)\n$/.exec(stderr);
  return found?.[1] ?? `unexpected: ${stderr}`;
}

Deno.test("portableExecutable() gives the same bytes for the same parts", async () => {
  assert.deepEqual(await portableBytes(), await portableBytes());
});

Deno.test("portableExecutable() leaves no placeholder in the script", async () => {
  const text = new TextDecoder("latin1").decode(await portableBytes());
  const [, script = ""] = /\0(# tsdocker [^\0]*)\0/.exec(text) ?? [];
  assert.ok(
    script.startsWith(`# tsdocker 1.2.3 (${Deno.build.arch}, Deno 4.5.6) `),
  );
  assert.ok(script.endsWith('\nexec "$@"\n'));
  assert.doesNotMatch(script, /@[A-Z_]+@/);
});

Deno.test("portableExecutable() names another directory for another payload", async () => {
  await using one = await PortableFile.make();
  await using other = await PortableFile.make({ program: `${FAKE_DENO}#\n` });
  await one.run();
  await other.run();
  assert.notDeepEqual(await one.names(), await other.names());
});

Deno.test("portableExecutable() refuses names that a shell would not take as they are", async () => {
  for (const name of ["a b.js", "$x.js", "-n", "../main.js", ""]) {
    await assert.rejects(
      portableBytes({ scripts: [{ name, text: "" }] }),
      /^TypeError: Not plain: /,
      name,
    );
  }
});

Deno.test("the portable file hands its arguments on, word for word", async () => {
  await using file = await PortableFile.make();
  const words = ["ps", "a b", "", "$HOME", "--x=*", "line\nbreak"];
  const { code, stdout, stderr } = await file.run(words);
  const unpacked = await file.unpacked();
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.equal(
    stdout,
    [
      `0=${unpacked}/tsdocker`,
      ...[...BUNDLE_RUN_FLAGS, `${unpacked}/main.js`, ...words]
        .map((word) => `arg=${word}`),
      `DENO_DIR=${unpacked}/cache`,
      "",
    ].join("\n"),
  );
});

Deno.test("the portable file starts quick commands with files of their own", async () => {
  await using file = await PortableFile.make();
  const script = async (...words: string[]): Promise<string | undefined> =>
    (await file.run(words)).stdout.match(/\/(\w+)\.js$/m)?.[1];
  assert.equal(await script("run", "--rm", "exec"), "run");
  assert.equal(await script("--root", "/r 1", "container", "exec"), "exec");
  assert.equal(await script("ps", "runs", "*"), "main");
  assert.equal(await script(), "main");
});

Deno.test("the portable file has what looks detached waited for, first or not", async () => {
  await using file = await PortableFile.make();
  const words = ["--root", "/exec dir", "run", "-d", "busybox"];
  for (let start = 0; start < 2; start++) {
    const { stdout, stderr } = await file.run(words);
    const unpacked = await file.unpacked();
    assert.equal(stderr, "");
    assert.equal(
      stdout.replace(/^arg=00000\d\d$/m, "arg=N"),
      [
        `0=${unpacked}/tsdocker`,
        ...[
          ...BUNDLE_RUN_FLAGS,
          ...[`${unpacked}/detached.js`, "--client", "N", ...words],
        ].map((word) => `arg=${word}`),
        `DENO_DIR=${unpacked}/cache`,
        "",
      ].join("\n"),
    );
  }
});

Deno.test("the portable file is unpacked by any shell", async () => {
  for (const shell of SHELLS) {
    await using file = await PortableFile.make();
    for (let start = 0; start < 2; start++) {
      const { stdout, stderr } = await file.unpackIn(shell, ["a b", "", "*"]);
      assert.equal(stderr, "", shell.join(" "));
      const unpacked = await file.unpacked();
      assert.equal(
        stdout,
        `0=${unpacked}/tsdocker\narg=a b\narg=\narg=*\nDENO_DIR=${unpacked}/cache\n`,
      );
      assert.deepEqual(await namesIn(unpacked), UNPACKED);
    }
  }
});

Deno.test("the portable file passes exit status, stdin and environment through", async () => {
  const program = `#!/bin/sh
[ "$1" = --version ] && exit 0
env | sort
exit 42
`;
  await using file = await PortableFile.make({ program });
  const { code, stdout } = await file.run([], {
    base: "mine",
    dir: "mine too",
  });
  assert.equal(code, 42);
  const names = stdout.trim().split("\n").map((line) => line.split("=")[0])
    .filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name ?? ""));
  assert.deepEqual(names, [
    "DENO_DIR",
    "DENO_NO_UPDATE_CHECK",
    "PATH",
    "TSDOCKER_RUNTIME_DIR",
    "base",
    "dir",
  ]);
  assert.match(stdout, /^base=mine$/m);
  assert.match(stdout, /^dir=mine too$/m);
});

Deno.test("the portable file has quick commands take memory in large pieces", async () => {
  const program = `#!/bin/sh
[ "$1" = --version ] && exit 0
printf '%s' "\${GLIBC_TUNABLES-none}"
`;
  await using file = await PortableFile.make({ program });
  const settings = async (
    words: string,
    own: Record<string, string> = {},
  ): Promise<string> => (await file.run(words.split(" "), own)).stdout;
  for (const words of ["run", "run -d", "exec"]) {
    assert.equal(await settings(words), QUICK_TUNABLES);
    assert.equal(await settings(words, { GLIBC_TUNABLES: "mine" }), "mine");
  }
  for (const word of ["monitor", "ps"]) {
    assert.equal(await settings(word), "none");
  }
});

Deno.test("the portable file unpacks read-only files into private directories", async () => {
  await using file = await PortableFile.make();
  await file.run();
  const unpacked = await file.unpacked();
  const mode = async (path: string): Promise<number> =>
    ((await Deno.stat(path)).mode ?? 0) & 0o7777;
  assert.equal(await mode(unpacked), 0o700);
  assert.equal(await mode(`${unpacked}/cache`), 0o700);
  assert.equal(await mode(`${unpacked}/tsdocker`), 0o555);
  for (const { name } of SCRIPTS) {
    assert.equal(await mode(`${unpacked}/${name}`), 0o444);
  }
  assert.equal(await mode(file.base) & 0o066, 0);
  assert.equal(await Deno.readTextFile(`${unpacked}/tsdocker`), FAKE_DENO);
  for (const { name, text } of SCRIPTS) {
    assert.equal(await Deno.readTextFile(`${unpacked}/${name}`), text);
  }
});

Deno.test("the portable file passes the umask through, first or not", async () => {
  const program = '#!/bin/sh\n[ "$1" = --version ] || umask\n';
  for (const umask of ["0002", "0027"]) {
    await using file = await PortableFile.make({ program });
    const wrapper = ["sh", "-c", `umask ${umask}; exec "$@"`, "sh"];
    const first = await file.run([], {}, wrapper);
    assert.deepEqual(first, { code: 0, stdout: `${umask}\n`, stderr: "" });
    assert.deepEqual(await file.run([], {}, wrapper), first);
  }
});

Deno.test("the first start has the program compiled where it is to stay", async () => {
  const program = `#!/bin/sh
for word; do last=$word; done
case $last in */warm_up.js) echo "$0 $* $DENO_DIR" >>"$RAN" ;; esac
case $last in */warm_up.js) echo heard; exit 3 ;; esac
`;
  await using file = await PortableFile.make({ program });
  const env = { RAN: `${file.directory}/ran` };
  for (let start = 0; start < 2; start++) {
    const outcome = await file.run([], env);
    assert.deepEqual(outcome, { code: 0, stdout: "", stderr: "" });
  }
  const unpacked = await file.unpacked();
  assert.equal(
    await Deno.readTextFile(env.RAN),
    `${unpacked}/tsdocker ${
      BUNDLE_RUN_FLAGS.join(" ")
    } ${unpacked}/warm_up.js ${unpacked}/cache\n`,
  );
});

Deno.test("Deno is prelinked before anybody can start it, if it can be", async () => {
  const program = `#!/bin/sh
for word; do last=$word; done
case $last in */prelink.js) ;; *) exit 0 ;; esac
echo "$0 $* $DENO_DIR" >>"$RAN"
mkdir "$DENO_DIR" && echo "half of it" >"$0.prelinked"
ls "\${0%/.new-*}" >>"$RAN"
exit 3
`;
  await using file = await PortableFile.make({ program });
  const env = { RAN: `${file.directory}/ran` };
  for (let start = 0; start < 2; start++) {
    const outcome = await file.run([], env);
    assert.deepEqual(outcome, { code: 0, stdout: "", stderr: "" });
  }
  const ran = (await Deno.readTextFile(env.RAN))
    .replaceAll(/\/\.new-\d+\//g, "/NEW/");
  assert.equal(
    ran,
    `${file.base}/NEW/tsdocker ${
      BUNDLE_RUN_FLAGS.join(" ")
    } ${file.base}/NEW/prelink.js ${file.base}/NEW/trial\nlock\n`,
  );
  assert.deepEqual(await namesIn(await file.unpacked()), UNPACKED);
});

Deno.test("the portable file looks at each file only if some came or went", async () => {
  await using file = await PortableFile.make();
  await file.run();
  const unpacked = await file.unpacked();
  const mark = `${unpacked}/cache/complete`;
  assert.ok((await Deno.stat(mark)).isFile);
  // As if nothing had been taken out.
  await Deno.remove(`${unpacked}/later.js`);
  await Deno.utime(unpacked, 1, 1);
  assert.equal((await file.run()).code, 0);
  await Deno.remove(mark);
  assert.match(
    reason((await file.run()).stderr),
    /is damaged or not ours; remove it$/,
  );
});

Deno.test("the portable file looks at each file once if a mark is missing", async () => {
  await using file = await PortableFile.make();
  await file.run();
  const mark = `${await file.unpacked()}/cache/complete`;
  await Deno.remove(mark); // as if the first start had been killed
  assert.equal((await file.run()).code, 0);
  assert.ok((await Deno.stat(mark)).isFile);
});

Deno.test("a file of the program that went missing is not run without", async () => {
  await using file = await PortableFile.make();
  await file.run();
  await Deno.remove(`${await file.unpacked()}/later.js`);
  const { code, stderr } = await file.run();
  assert.equal(code, 125);
  assert.match(reason(stderr), /is damaged or not ours; remove it$/);
});

Deno.test("what a crash of the machine has left empty is not run", async () => {
  for (const name of ["tsdocker", "main.js", "later.js"]) {
    await using file = await PortableFile.make();
    await file.run();
    const directory = await file.unpacked();
    await Deno.remove(`${directory}/${name}`);
    await Deno.create(`${directory}/${name}`).then((it) => it.close());
    await Deno.chmod(`${directory}/${name}`, 0o555);
    const { code, stderr } = await file.run();
    assert.equal(code, 125, name);
    assert.match(reason(stderr), /is damaged or not ours; remove it$/);
  }
});

Deno.test("the portable file starts no other program once it is unpacked", async () => {
  await using file = await PortableFile.make();
  await file.run();
  const { code } = await file.run([], { PATH: "/nonexistent" });
  assert.equal(code, 0);
});

Deno.test("the portable file reads itself however it is called", async () => {
  for (const call of ["tsdocker", "./tsdocker", "./-n", "sub/../tsdocker"]) {
    await using file = await PortableFile.make();
    await Deno.symlink("tsdocker", `${file.directory}/-n`);
    await Deno.mkdir(`${file.directory}/sub`);
    // An empty part of PATH is the working directory: dash then calls it "tsdocker".
    const script = `cd "${file.directory}" && PATH=:$PATH exec ${call} x`;
    const { code, stdout, stderr } = await outcomeOf("sh", ["-c", script], {
      PATH: "/usr/bin:/bin",
      TSDOCKER_RUNTIME_DIR: file.base,
    });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" }, call);
    assert.match(stdout, /^arg=x$/m);
  }
});

Deno.test("the portable file names the program it misses", async () => {
  await using file = await PortableFile.make();
  const { code, stderr } = await file.run([], { PATH: "/nonexistent" });
  assert.equal(code, 125);
  assert.equal(reason(stderr), 'the program "gzip" is missing');
});

Deno.test("the portable file is safe under 20 first runs at once", async () => {
  await using file = await PortableFile.make();
  const runs = await Promise.all(
    Array.from({ length: 20 }, () => file.run(["x"])),
  );
  for (const { code, stderr } of runs) {
    assert.equal(stderr, "");
    assert.equal(code, 0);
  }
  assert.equal((await file.names()).length, 1);
  const inside = await namesIn(await file.unpacked());
  assert.deepEqual(inside, UNPACKED);
});

Deno.test("the portable file is safe under 20 first runs without flock", async () => {
  await using file = await PortableFile.make();
  const path = `${file.directory}/bin`;
  await Deno.mkdir(path);
  for (
    const tool of "sh gzip tail head mkdir mv rm chmod ls id cat".split(" ")
  ) {
    await Deno.symlink(`/bin/${tool}`, `${path}/${tool}`);
  }
  const runs = await Promise.all(
    Array.from({ length: 20 }, () => file.run([], { PATH: path })),
  );
  assert.deepEqual(runs.map(({ code, stderr }) => [code, stderr]), [
    ...Array(20).fill([0, ""]),
  ]);
  assert.equal((await file.names()).length, 1);
  assert.deepEqual(await namesIn(await file.unpacked()), UNPACKED);
});

Deno.test("a killed unpacking is not trusted, and swept by the next", async () => {
  // Its trial run announces itself, then waits on a pipe nobody writes to.
  const program = `#!/bin/sh
if [ "$1" = --version ] && [ -n "$GATE" ]; then echo >"$GATE.reached"; cat "$GATE"; fi
`;
  await using file = await PortableFile.make({ program });
  const gate = `${file.directory}/gate`;
  for (const path of [gate, `${gate}.reached`]) {
    assert.equal(
      (await new Deno.Command("mkfifo", { args: [path] }).output()).code,
      0,
    );
  }
  const child = new Deno.Command(file.path, {
    env: { TSDOCKER_RUNTIME_DIR: file.base, GATE: gate },
    stdin: "null",
    stdout: "null",
  }).spawn();
  await Deno.readTextFile(`${gate}.reached`);
  child.kill("SIGKILL");
  await child.status;
  await Deno.writeTextFile(gate, "");
  const [left] = await file.names();
  assert.match(left ?? "", /^\.new-\d+$/);

  assert.equal((await file.run()).code, 0);
  assert.match((await file.names()).join(), /^[0-9a-f]{64}$/);
});

Deno.test("a truncated or damaged portable file is not unpacked", async () => {
  const bytes = await portableBytes();
  const cut = async (name: string, data: Uint8Array): Promise<void> => {
    await using file = await PortableFile.make();
    await Deno.writeFile(file.path, data);
    const { code, stderr } = await file.run();
    assert.equal(code, 125, name);
    assert.match(reason(stderr), /gzip/, name);
    assert.deepEqual(await file.names(), [], name);
  };
  await cut("truncated script", bytes.subarray(0, bytes.length - 5));
  await cut("truncated program", bytes.subarray(0, bytes.length - 120));
  for (const fromEnd of [6, 20, 120]) {
    const damaged = bytes.slice();
    const at = bytes.length - fromEnd;
    damaged[at] = (damaged[at] ?? 0) ^ 0xff;
    await cut(`damaged ${fromEnd} bytes from its end`, damaged);
  }
});

Deno.test("a directory that others can write to is refused", async () => {
  await using file = await PortableFile.make();
  await Deno.mkdir(file.base);
  for (const mode of [0o777, 0o1777, 0o770, 0o702]) {
    await Deno.chmod(file.base, mode);
    const { code, stderr } = await file.run();
    assert.equal(code, 125, mode.toString(8));
    assert.match(reason(stderr), /^others can write to/, mode.toString(8));
    assert.deepEqual(await file.names(), []);
  }
});

Deno.test("a directory below one that others can write to is refused", async () => {
  await using file = await PortableFile.make();
  const open = `${file.directory}/open`;
  await Deno.mkdir(open);
  await Deno.chmod(open, 0o777);
  const env = { TSDOCKER_RUNTIME_DIR: `${open}/runtime` };
  const { code, stderr } = await file.run([], env);
  assert.equal(code, 125);
  assert.equal(reason(stderr), `others can write to "${open}"`);
  await Deno.chmod(open, 0o1777); // sticky, as /tmp is
  assert.equal((await file.run([], env)).code, 0);
});

Deno.test("a symbolic link in place of the unpacked directory is refused", async () => {
  await using file = await PortableFile.make();
  await file.run();
  const unpacked = await file.unpacked();
  await Deno.rename(unpacked, `${file.directory}/elsewhere`);
  await Deno.symlink(`${file.directory}/elsewhere`, unpacked);
  const { code, stderr } = await file.run();
  assert.equal(code, 125);
  assert.match(reason(stderr), /is damaged or not ours; remove it$/);
});

Deno.test("a relative, unusable or unknown place is refused", async () => {
  await using file = await PortableFile.make();
  const refused: [string, RegExp][] = [
    ["runtime", /^it is not an absolute path$/],
    [`${file.path}/runtime`, /^Not a directory$/],
    ["/proc/nonexistent/runtime", /^No such file or directory$/],
  ];
  for (const [place, why] of refused) {
    const { code, stderr } = await file.run([], {
      TSDOCKER_RUNTIME_DIR: place,
    });
    assert.equal(code, 125, place);
    assert.match(reason(stderr), why);
  }
});

Deno.test("a program that does not run is not published", async () => {
  const cases: [string, RegExp][] = [
    ["#!/bin/sh\necho no >&2; exit 3\n", /^Deno does not run here: no$/],
    ["#!/nonexistent/loader\n", /glibc/],
    ["\x7fELF garbage", /noexec mount, or another architecture/],
  ];
  for (const [program, why] of cases) {
    await using file = await PortableFile.make({ program });
    const { code, stderr } = await file.run();
    assert.equal(code, 125, program);
    assert.match(reason(stderr), why);
    assert.deepEqual(await file.names(), [], program);
  }
});
