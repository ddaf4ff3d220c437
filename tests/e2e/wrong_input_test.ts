/**
 * What is wrong with the command line, the image or the host: one clear line,
 * the right status, and nothing left.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  IMAGE,
  namesIn,
  type Outcome,
  type Place,
  placeTest,
} from "../support/cli.ts";

/** One line of what and why, then what to try and where the help is. */
const SHAPE = /^tsdocker: [^\n]+\n(\ntry: [^\n]+\n)?(See '[^\n]+'\.\n)?$/;

function assertRefused(outcome: Outcome, code: number, message: RegExp): void {
  assert.match(outcome.stderr, message);
  assert.match(outcome.stderr, SHAPE);
  assert.equal(outcome.stdout, "");
  assert.equal(outcome.code, code);
}

/** Neither a container nor a layer, nor anything half made. */
async function assertNothingMade(place: Place): Promise<void> {
  for (const directory of ["containers", "names", "layers"]) {
    assert.deepEqual(await namesIn(`${place.root}/${directory}`), []);
  }
}

/** Words after `run`, and the line they are refused with. */
const WRONG_WORDS: readonly (readonly [string[], RegExp])[] = [
  [[], /^tsdocker: "tsdocker run" requires at least 1 argument\.\n/],
  [[IMAGE], /^tsdocker: no command specified\n/],
  [["", "true"], /^tsdocker: invalid argument "" for IMAGE/],
  [["--nmae", "x", IMAGE, "true"], /unknown flag: --nmae\n\ntry: --name\n/],
  [["--interactiv", IMAGE, "true"], /--interactiv\n\ntry: --interactive\n/],
  [["-y", IMAGE, "true"], /unknown shorthand flag: 'y' in -y\n/],
  [["-ity", IMAGE, "true"], /unknown shorthand flag: 'y' in -ity\n/],
  [["--name"], /flag needs an argument: --name\n/],
  [["--rm=maybe", IMAGE, "true"], /invalid argument "maybe" for "--rm" flag/],
  [["--name", "a/b", IMAGE, "true"], /Invalid container name \(a\/b\), only /],
  [["--name", "", IMAGE, "true"], /Invalid container name \(\), only /],
  [["--name", "-x", IMAGE, "true"], /Invalid container name \(-x\), only /],
  [["--name", "..", IMAGE, "true"], /Invalid container name \(\.\.\), only /],
  [["-e", "", IMAGE, "true"], /invalid (argument|environment variable)/],
  [["-e", "=x", IMAGE, "true"], /invalid (argument|environment variable)/],
  [["--env-file", "none", IMAGE, "true"], /Cannot read the env file "none": /],
  [["-w", "relative", IMAGE, "true"], /"relative" is invalid, it needs to be/],
  [["-u", "0:nogrp", IMAGE, "true"], /unable to find group nogrp: no match/],
  [["-u", "99999999999", IMAGE, "true"], /invalid user "99999999999"/],
  [["-h", "a b", IMAGE, "true"], /invalid hostname "a b"/],
  [["-h", "x".repeat(65), IMAGE, "true"], /invalid hostname "x+"/],
  [["-v", "bad", IMAGE, "true"], /invalid volume specification "bad": /],
  [["-v", "./a:rel", IMAGE, "true"], /"rel" is not an absolute path/],
  [["-v", "./a:/", IMAGE, "true"], /the root cannot be mounted over/],
  [["-v", ".:/x:wx", IMAGE, "true"], /"wx" is no known option/],
  [["-v", ".:/x:ro:z", IMAGE, "true"], /it has too many colons/],
  [
    ["-v", "na/me:/x", IMAGE, "true"],
    /invalid characters for a local volume name/,
  ],
  [["-v", ".:/x", "-v", ".:/x", IMAGE, "true"], /Duplicate mount point: \/x/],
  [
    ["-v", "./none:/x", IMAGE, "true"],
    /bind source path does not exist: "[^"]*\/none"/,
  ],
  [["--tmpfs", "rel", IMAGE, "true"], /"rel" is not an absolute path/],
  [
    ["--tmpfs", "/x:size=y", IMAGE, "true"],
    /"\/x:size=y": invalid tmpfs option "size=y"/,
  ],
  [
    ["--sysctl", "net.ipv4.ip_forward=x", IMAGE, "true"],
    /Cannot set the kernel parameter "net\.ipv4\.ip_forward" to "x": EINVAL/,
  ],
  [["--network", "mine", IMAGE, "true"], /network mine not found/],
  [
    ["--network", "host", "--network", "mine", IMAGE, "true"],
    /cannot attach both user-defined and non-user-defined network-modes/,
  ],
  [
    ["--network", "container:none", IMAGE, "true"],
    /No such container: none/,
  ],
  [
    ["--network", "container:web", "-p", "80:80", IMAGE, "true"],
    /port publishing and the container type network mode/,
  ],
  [["--network", "bridge:ip=x", IMAGE, "true"], /invalid IPv4 address: x/],
  [["-p", "80:80:80", IMAGE, "true"], /Invalid port "80:80:80"/],
  [["--dns", "x", IMAGE, "true"], /IP address is not correctly formatted: x/],
  [["--add-host", "x", IMAGE, "true"], /bad format for add-host: "x"/],
  [["--pull", "maybe", IMAGE, "true"], /invalid argument "maybe"/],
  [["--cidfile", "no/dir", IMAGE, "true"], /Cannot create the container ID/],
  [["--explain=xml", IMAGE, "true"], /invalid argument "xml"/],
  [["--pull", "never", "nosuch", "true"], /Cannot find image "nosuch": /],
  [["./nosuch.tar", "true"], /nosuch\.tar/],
];

placeTest("run refuses wrong words with 125", async (place) => {
  for (const [words, message] of WRONG_WORDS) {
    const outcome = await place.run(...words);
    try {
      assertRefused(outcome, 125, message);
    } catch (cause) {
      throw new Error(`run ${words.join(" ")}`, { cause });
    }
  }
  assert.deepEqual(await place.containers(), []);
  assert.deepEqual(await namesIn(`${place.root}/names`), []);
  assert.deepEqual(await namesIn(place.work), []);
});

placeTest(
  "unknown commands are refused with 1, and a suggestion",
  async (place) => {
    assertRefused(
      await place.tsdocker("rnu"),
      1,
      /^tsdocker: 'rnu' is not a tsdocker command\.\n\ntry: tsdocker run\n/,
    );
    assertRefused(
      await place.tsdocker("qqqq"),
      1,
      /^tsdocker: 'qqqq' is not a/,
    );
    assertRefused(
      await place.tsdocker("rm"),
      1,
      /requires at least 1 argument/,
    );
    assertRefused(await place.tsdocker("rm", "x"), 1, /No such container: x\n/);
    assertRefused(await place.tsdocker("ps", "--x"), 1, /unknown flag: --x\n/);
  },
);

placeTest("without arguments there is help, and no failure", async (place) => {
  for (const words of [[], ["--help"], ["help"]]) {
    const { code, stdout, stderr } = await place.tsdocker(...words);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.match(stdout, /^Usage: {2}tsdocker /);
  }
  const { stdout } = await place.tsdocker("run", "--help");
  assert.match(stdout, /^Usage: {2}tsdocker run \[OPTIONS\] IMAGE \[COMMAND\]/);
});

/** Damaged archives, made from the good one. */
const DAMAGED: Readonly<Record<string, (good: Uint8Array) => Uint8Array>> = {
  "empty": () => new Uint8Array(),
  "text": () => new TextEncoder().encode("this is no archive\n".repeat(100)),
  "truncated": (good) => good.slice(0, good.length / 2),
  "truncated in a header": (good) => good.slice(0, 100),
  "with a broken header": (good) => good.with(148, 0x39).with(149, 0x39),
  "that is random": (good) => good.map((_, index) => index * 167 >>> 3),
};

for (const [what, damage] of Object.entries(DAMAGED)) {
  placeTest(
    `run refuses a tar file ${what}, leaving nothing`,
    async (place) => {
      const good = await Deno.readFile(IMAGE);
      await Deno.writeFile(`${place.work}/bad.tar`, damage(good));
      const outcome = await place.run("--name", "n", "./bad.tar", "true");
      assertRefused(outcome, 125, /bad\.tar/);
      await assertNothingMade(place);
      assertPrints(await place.run("--rm", "--name", "n", IMAGE, "true"), "");
    },
  );
}

placeTest(
  "run refuses a damaged compressed tar, leaving nothing",
  async (place) => {
    const zipped = new Response(
      (await Deno.open(IMAGE)).readable.pipeThrough(
        new CompressionStream("gzip"),
      ),
    );
    const good = new Uint8Array(await zipped.arrayBuffer());
    const middle = Math.floor(good.length / 2);
    const bad: Record<string, Uint8Array> = {
      truncated: good.slice(0, middle),
      flipped: good.with(middle, (good[middle] ?? 0) ^ 0xff),
    };
    for (const [name, bytes] of Object.entries(bad)) {
      await Deno.writeFile(`${place.work}/${name}.tar.gz`, bytes);
      const outcome = await place.run(`./${name}.tar.gz`, "true");
      assertRefused(outcome, 125, new RegExp(`${name}\\.tar\\.gz`));
      await assertNothingMade(place);
    }
  },
);

placeTest(
  "run refuses what is neither a file nor a directory",
  async (place) => {
    assertRefused(await place.run("/dev/null", "true"), 125, /\/dev\/null/);
    await assertNothingMade(place);
  },
);

placeTest(
  "run refuses a directory that is no root file system",
  async (place) => {
    await Deno.mkdir(`${place.work}/empty`);
    const outcome = await place.run("./empty", "true");
    assertRefused(outcome, 127, /exec "true": executable file not found/);
    assert.deepEqual(await namesIn(`${place.work}/empty`), []);
  },
);

placeTest("run refuses roots it cannot write", async (place) => {
  await Deno.writeTextFile(`${place.work}/file`, "");
  for (const root of ["/proc/x", "./file", "./file/below", ""]) {
    for (const flag of ["--root", "--run-root"]) {
      const other = flag === "--root"
        ? ["--run-root", place.runRoot]
        : ["--root", place.root];
      const outcome = await place.tsdocker(
        ...[...other, flag, root, "run", IMAGE, "true"],
      );
      assertRefused(
        outcome,
        125,
        /Cannot use the directory|must be a directory/,
      );
    }
  }
});

placeTest("run refuses anybody but root", async (place) => {
  // A directory that an ordinary user may enter and write.
  await Deno.chmod(place.directory, 0o755);
  const asNobody = ["setpriv", "--reuid", "65534", "--clear-groups"];
  const outcome = await place.tsdockerWith({
    wrapper: asNobody,
    cwd: "/",
    env: { TSDOCKER_RUNTIME_DIR: `${await nobodysRuntime(place)}` },
  }, ["run", "--rm", IMAGE, "true"]);
  assertRefused(
    outcome,
    125,
    /^tsdocker: permission denied: tsdocker needs root\n/,
  );
  assert.deepEqual(await namesIn(place.root), []);
});

/** Where the portable program unpacks itself for another user. */
async function nobodysRuntime(place: Place): Promise<string> {
  const path = `${place.directory}/nobody`;
  await Deno.mkdir(path, { mode: 0o700 });
  await Deno.chown(path, 65534, 65534);
  return path;
}
