/** @module */
import assert from "node:assert/strict";
import { STARTER } from "../../../../ffi/starter/bytes.ts";
import { starterProgram } from "../../../../ffi/starter/starter.ts";
import { outcomeOf } from "../../../support/portable_file.ts";
import { StarterFile, starterRunners } from "../../../support/starter.ts";

const TABLE = {
  quickCommands: ["exec"],
  rootBase: "/base",
  digest: "digest",
  flags: ["run", "-A"],
  quickVariable: "NAME=value",
  script: "echo",
};

Deno.test("starterProgram() is a small executable of this architecture", () => {
  const bytes = starterProgram(TABLE);
  assert.deepEqual([...bytes.subarray(0, 4)], [0x7f, 0x45, 0x4c, 0x46]);
  for (const { hex } of Object.values(STARTER)) {
    assert.ok(hex.length / 2 <= 2688);
  }
  const E_MACHINE = 18;
  assert.equal(bytes[E_MACHINE], Deno.build.arch === "x86_64" ? 62 : 183);
});

Deno.test("starterProgram() ends with the table that the machine code reads", () => {
  const text = new TextDecoder("latin1").decode(starterProgram(TABLE));
  assert.ok(
    text.endsWith(
      "\0exec\0\0/base\0digest\0-A\0run\0\0NAME=value\0echo\0end\0".slice(1),
    ),
  );
});

Deno.test("starterProgram() refuses what the table cannot hold", () => {
  assert.throws(() => starterProgram({ ...TABLE, digest: "a\0b" }), TypeError);
  const flags = (length: number): string[] => Array(length).fill("-q");
  starterProgram({ ...TABLE, flags: flags(32) });
  assert.throws(
    () => starterProgram({ ...TABLE, flags: flags(33) }),
    RangeError,
  );
  const long = (length: number): string => "x".repeat(length);
  const { length } = starterProgram(TABLE);
  const most = 0x10000 - length + TABLE.script.length;
  starterProgram({ ...TABLE, script: long(most) });
  assert.throws(
    () => starterProgram({ ...TABLE, script: long(most + 1) }),
    RangeError,
  );
});

/** Tells what a program was called with, down to the order. */
const TELL = `printf '%s\\n' "$0" "$@"; tr '\\0' '\\n' </proc/$$/environ`;

/** A time in a directory that nothing is put into any more. */
function touch(path: string, time: string): void {
  const { success } = new Deno.Command("touch", {
    args: ["-d", `@${time}`, path],
  }).outputSync();
  assert.ok(success);
}

/** The headers and a little code: the kernel refuses less, which says nothing of ours. */
const SHORTEST = 192;
const PAGE_BYTES = 4096;

for (const runner of starterRunners()) {
  const test = (
    claim: string,
    body: (file: StarterFile) => Promise<void> | void,
  ): void =>
    Deno.test(`the starter (${runner.arch}) ${claim}`, async () => {
      using file = new StarterFile(runner);
      await body(file);
    });

  /** What is printed when it is called, with nothing on stderr. */
  const told = async (
    file: StarterFile,
    words: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string[]> => {
    const [program, ...args] = file.commandOf(words);
    const { stdout, stderr } = await outcomeOf(program, args, env);
    assert.equal(stderr, "");
    return stdout.trimEnd().split("\n");
  };

  /** The first argument of the script that unpacks, in some environment. */
  const programIn = async (
    file: StarterFile,
    env: Readonly<Record<string, string>>,
  ): Promise<string> => {
    const [program, , ...args] = file.commandOf([]);
    const { stdout } = await outcomeOf(program, args, env);
    const [first = "", second = ""] = stdout.split("\n");
    assert.equal(first, `unpack ${file.path}`);
    return second;
  };

  test("hands words and variables on", async (file) => {
    file.unpack(TELL);
    const words = ["ps", "a b", "", "$HOME", "--x=*", "\xe9", "-d", "A=b"];
    const env = { A: "b", DENO_DIR: "mine", DENO_DIRECTORY: "1", DENO: "" };
    const found = await told(file, words, env);
    const before = [
      `${file.directory}/tsdocker`,
      `${file.directory}/main.js`,
      ...words,
    ];
    assert.deepEqual(found.slice(0, before.length), before);
    assert.deepEqual(found.slice(before.length).sort(), [
      "A=b",
      "DENO=",
      `DENO_DIR=${file.directory}/cache`,
      "DENO_DIRECTORY=1",
      "DENO_NO_UPDATE_CHECK=1",
      `TSDOCKER_RUNTIME_DIR=${file.folder}`,
    ]);
  });

  test("has quick commands take memory in large pieces", async (file) => {
    file.unpack('printf %s "${GLIBC_TUNABLES-none}"');
    for (const words of [["run"], ["exec"], ["run", "-d"]]) {
      assert.deepEqual(await told(file, words), ["quick"]);
      const own = { GLIBC_TUNABLES: "mine" };
      assert.deepEqual(await told(file, words, own), ["mine"]);
      const none = { GLIBC_TUNABLES: "" };
      assert.deepEqual(await told(file, words, none), ["quick"]);
    }
    for (const words of [["monitor"], ["ps"]]) {
      assert.deepEqual(await told(file, words), ["none"]);
    }
  });

  test("starts nothing from a file that is cut short", async (file) => {
    file.unpack("echo started");
    const whole = await Deno.readFile(file.path);
    const path = `${file.folder}/short`;
    const { length } = STARTER[runner.arch].hex;
    const isCode = (size: number): boolean => size < length / 2;
    const sizes = [SHORTEST, 1000, 2000, length / 2];
    for (
      let size = length / 2;
      size < whole.length - "d\0".length;
      size += 11
    ) {
      sizes.push(size);
    }
    for (const size of sizes) {
      await Deno.writeFile(path, whole.subarray(0, size), { mode: 0o755 });
      for (const words of [["version"], ["run", "-d"]]) {
        const [program, ...args] = file.commandOf(words, path);
        const { code, stdout, stderr } = await outcomeOf(program, args, {});
        assert.equal(stdout, "");
        assert.notEqual(code, 0, `${size}`);
        // A page ends there, or what would tell is not there.
        if (size % PAGE_BYTES === 0 || isCode(size)) continue;
        assert.match(stderr, /^tsdocker: Cannot start: this file is cut short/);
        assert.equal(code, 125);
      }
    }
  });

  test("has room for many descriptors before there are threads", async (file) => {
    file.unpack("grep FDSize /proc/$$/status; ls /proc/$$/fd | wc -l");
    for (const words of [["ps"], ["run", "-d"]]) {
      const [size = "", open = ""] = await told(file, words);
      assert.match(size, /^FDSize:\s+(256|512)$/);
      assert.ok(Number(open) < 16, open);
    }
  });

  test("hands on as many words as the kernel takes", async (file) => {
    file.unpack('echo $# "${#3}"');
    const long = "x".repeat(100_000);
    const words = ["ps", long, ...Array(5000).fill("a")];
    assert.deepEqual(await told(file, words), ["5003 100000"]);
  });

  test("finds the base directory in the environment", async (file) => {
    const at = (base: string): string => `${base}/digest/tsdocker`;
    const own = { TSDOCKER_RUNTIME_DIR: "/own dir" };
    const home = { HOME: "/home", XDG_CACHE_HOME: "" };
    const cache = { ...home, XDG_CACHE_HOME: "/cache" };
    assert.equal(await programIn(file, { ...own, ...cache }), at("/own dir"));
    const long = { TSDOCKER_RUNTIME_DIR: `/${"x".repeat(100_000)}` };
    assert.equal(
      await programIn(file, long),
      at(long.TSDOCKER_RUNTIME_DIR),
    );
    const isRoot = (await Deno.stat("/")).uid === Deno.uid();
    for (
      const [env, base] of [
        [cache, "/cache/tsdocker/runtime"],
        [home, "/home/.cache/tsdocker/runtime"],
        [
          { ...home, TSDOCKER_RUNTIME_DIR: "" },
          "/home/.cache/tsdocker/runtime",
        ],
        [{ HOME: "" }, ""],
        [{ HOMER: "/h" }, ""],
      ] as const
    ) {
      const expected = isRoot ? "/nonexistent/base" : base;
      assert.equal(await programIn(file, env), at(expected));
    }
  });

  test("has a shell unpack with what it would have executed", async (file) => {
    const words = ["--root", "/r s", "exec", "c"];
    assert.deepEqual(
      await told(file, words),
      [
        `unpack ${file.path}`,
        `${file.directory}/tsdocker`,
        `${file.directory}/exec.js`,
        ...words,
      ],
    );
  });

  test("waits for who unpacks, too", async (file) => {
    const found = await told(file, ["run", "-d"]);
    assert.deepEqual(found.slice(0, 4), [
      `unpack ${file.path}`,
      `${file.directory}/tsdocker`,
      `${file.directory}/detached.js`,
      "--client",
    ]);
    assert.match(found[4] ?? "", /^00000\d\d$/);
  });

  test("tells the shell the file by the name it was called by", async (file) => {
    await Deno.symlink(file.path, `${file.folder}/link`);
    const [program, ...args] = file.commandOf([], "./link");
    const { stdout } = await new Deno.Command(program, {
      args,
      cwd: file.folder,
    }).output();
    assert.match(new TextDecoder().decode(stdout), /^unpack \.\/link\n/);
  });

  test("has a shell look where something is odd", async (file) => {
    const isStarted = async (): Promise<boolean> => {
      const [first = ""] = await told(file);
      assert.match(first, /^(?:started|unpack .*)$/);
      return first === "started";
    };
    const mark = `${file.directory}/cache/complete`;
    file.unpack("echo started");
    assert.ok(await isStarted());
    const times: readonly [string, string, boolean][] = [
      ["1000000000.000000005", "1000000000.000000006", true],
      ["1000000000.000000005", "1000000000.000000005", false],
      ["1000000000.000000005", "1000000000.000000004", false],
      ["1000000000.9", "1000000001.1", true],
      ["1000000001.1", "1000000000.9", false],
    ];
    for (const [put, marked, expected] of times) {
      touch(mark, marked);
      touch(file.directory, put);
      assert.equal(await isStarted(), expected, `${put} ${marked}`);
    }
    touch(mark, "5000000000");
    for (const mode of [0o720, 0o702, 0o777]) {
      await Deno.chmod(file.directory, mode);
      assert.ok(!await isStarted(), mode.toString(8));
    }
    await Deno.chmod(file.directory, 0o755);
    assert.ok(await isStarted());
    await Deno.chmod(`${file.directory}/tsdocker`, 0o444);
    assert.ok(!await isStarted());
    await Deno.chmod(`${file.directory}/tsdocker`, 0o555);
    for (const name of ["tsdocker", "main.js"]) {
      const path = `${file.directory}/${name}`;
      const text = await Deno.readTextFile(path);
      await Deno.truncate(path);
      assert.ok(!await isStarted(), name);
      await Deno.writeTextFile(path, text);
    }
    assert.ok(await isStarted());
    await Deno.rename(`${file.directory}/main.js`, `${file.folder}/main.js`);
    touch(mark, "5000000000");
    assert.ok(!await isStarted());
    await Deno.rename(`${file.folder}/main.js`, `${file.directory}/main.js`);
    await Deno.rename(file.directory, `${file.folder}/elsewhere`);
    await Deno.symlink(`${file.folder}/elsewhere`, file.directory);
    assert.ok(!await isStarted());
    await Deno.remove(file.directory);
    await Deno.rename(`${file.folder}/elsewhere`, file.directory);
    assert.ok(await isStarted());
    await Deno.remove(mark);
    assert.ok(!await isStarted());
  });
}
