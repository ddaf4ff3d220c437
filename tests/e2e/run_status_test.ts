/**
 * The exit status of `run`, and why a program could not be started.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  type Outcome,
  type Place,
  shell,
} from "../support/cli.ts";
import { unpackImage } from "../support/images.ts";

/** An ELF header of a 64-bit program for a machine, without any code. */
function elf(machine: number): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.set([2, 0, machine, 0, 1], 16);
  bytes.set([64, 0, 56, 0], 52);
  return bytes;
}

const EM_X86_64 = 62;
const EM_AARCH64 = 183;
const OTHER_MACHINE = Deno.build.arch === "x86_64" ? EM_AARCH64 : EM_X86_64;

/** A program with one program header, of the loader it needs. */
function needingLoader(loader: string): Uint8Array {
  const own = OTHER_MACHINE === EM_AARCH64 ? EM_X86_64 : EM_AARCH64;
  const bytes = new Uint8Array(64 + 56 + loader.length + 1);
  bytes.set(elf(own));
  const view = new DataView(bytes.buffer);
  view.setUint32(32, 64, LITTLE_ENDIAN);
  view.setUint16(56, 1, LITTLE_ENDIAN);
  view.setUint32(64, PT_INTERP, LITTLE_ENDIAN);
  view.setUint32(64 + 8, 64 + 56, LITTLE_ENDIAN);
  view.setUint32(64 + 32, loader.length + 1, LITTLE_ENDIAN);
  view.setUint32(64 + 40, loader.length + 1, LITTLE_ENDIAN);
  bytes.set(new TextEncoder().encode(loader), 64 + 56);
  return bytes;
}

const LITTLE_ENDIAN = true;
const PT_INTERP = 3;

function imageOfFailures(place: Place): Promise<string> {
  return unpackImage(`${place.directory}/image`, {
    "bin/crlf": "#!/bin/sh\r\necho never\r\n",
    "bin/orphan": "#!/bin/bash\necho never\n",
    "bin/foreign": elf(OTHER_MACHINE),
    "bin/loaderless": needingLoader("/lib/ld-musl-none.so.1"),
    "bin/nonsense": "\u0001\u0002\u0003",
  });
}

function assertFails(outcome: Outcome, code: number, message: RegExp): void {
  assert.equal(outcome.stdout, "");
  assert.match(outcome.stderr, message);
  assert.match(outcome.stderr, /^tsdocker: [^\n]*\n(\ntry: [^\n]*\n)?$/);
  assert.equal(outcome.code, code);
}

forEachLauncher("run passes any status of the program on", async (place) => {
  for (const code of [0, 1, 7, 125, 126, 127, 130, 255]) {
    const outcome = await place.run("--rm", ...shell(`exit ${code}`));
    assert.deepEqual(outcome, { code, stdout: "", stderr: "" });
  }
});

forEachLauncher("run kills what ignores two requests", async (place) => {
  const script =
    "trap 'echo asked' INT; echo ready; while :; do sleep 0.05; done";
  const running = place.start(["run", "--rm", ...shell(script)]);
  assert.equal(await running.stdout.line(), "ready");
  for (let requests = 1; requests < 3; requests++) {
    running.kill("SIGINT");
    assert.equal(await running.stdout.line(), "asked");
  }
  running.kill("SIGINT");
  assert.equal(await running.stdout.rest(), "");
  assert.equal(await running.status(), 137);
});

forEachLauncher(
  "run --init reports the signal that ended its child",
  async (place) => {
    for (const [name, number] of [["TERM", 15], ["SEGV", 11], ["KILL", 9]]) {
      const outcome = await place.run(
        ...["--rm", "--init", ...shell(`kill -${name} $$`)],
      );
      assert.deepEqual(outcome, {
        code: 128 + Number(number),
        stdout: "",
        stderr: "",
      });
    }
  },
);

for (const init of [[], ["--init"]]) {
  const flags = ["run", ...init].join(" ");

  forEachLauncher(`${flags} names what cannot be found: 127`, async (place) => {
    const image = await imageOfFailures(place);
    const run = (...command: string[]): Promise<Outcome> =>
      place.run("--rm", ...init, image, ...command);
    assertFails(
      await run("nosuch"),
      127,
      /exec "nosuch": executable file not found in \$PATH/,
    );
    assertFails(
      await run("/no/such"),
      127,
      /exec "\/no\/such": no such file or directory/,
    );
    assertFails(await run("crlf"), 127, /carriage return \(CRLF\)/);
    assertFails(
      await run("/bin/orphan"),
      127,
      /needs the interpreter "\/bin\/bash", which the image does not have/,
    );
    assertFails(
      await run("loaderless"),
      127,
      /needs the loader "\/lib\/ld-musl-none.so.1", which the image/,
    );
  });

  forEachLauncher(`${flags} names what cannot be run: 126`, async (place) => {
    const image = await imageOfFailures(place);
    const run = (...command: string[]): Promise<Outcome> =>
      place.run("--rm", ...init, image, ...command);
    assertFails(await run("/etc"), 126, /permission denied: is a directory/);
    assertFails(
      await run("/etc/passwd"),
      126,
      /permission denied: "\/etc\/passwd" is not executable/,
    );
    assertFails(await run("foreign"), 126, /exec format error: .* is for /);
    assertFails(await run("/bin/nonsense"), 126, /exec format error: /);
  });
}

forEachLauncher(
  "run fails to start without leaving a container",
  async (place) => {
    const outcome = await place.run("--name", "never", IMAGE, "nosuch");
    assert.equal(outcome.code, 127);
    assert.deepEqual(await place.containers(), []);
    assertPrints(await place.run("--rm", "--name", "never", IMAGE, "true"), "");
  },
);

forEachLauncher(
  "a working directory that is a file fails in one line",
  async (place) => {
    const { stdout } = await place.run("-d", IMAGE, "sleep", "1000");
    const id = stdout.trim();
    for (const path of ["/etc/passwd", "/etc/passwd/x"]) {
      const says = new RegExp(
        `^tsdocker: Cannot change to the working directory "${path}": ENOTDIR \\(not a directory\\)\n$`,
      );
      assertFails(
        await place.run("--rm", "-w", path, IMAGE, "true"),
        125,
        says,
      );
      const outcome = await place.tsdocker("exec", "-w", path, id, "true");
      assertFails(outcome, 126, says);
    }
    assertPrints(await place.tsdocker("rm", "-f", id), `${id}\n`);
    assert.deepEqual(await place.containers(), []);
  },
);

forEachLauncher("run -- IMAGE ends the flags", async (place) => {
  assertPrints(await place.run("--rm", "--", IMAGE, "echo", "-n", "x"), "x");
  const late = await place.run("--rm", IMAGE, "--", "true");
  assertFails(late, 127, /exec "--": executable file not found in \$PATH/);
});

forEachLauncher("run gives flags after IMAGE to the command", async (place) => {
  assertPrints(
    await place.run("--rm", IMAGE, "echo", "-i", "--rm", "--name", "x"),
    "-i --rm --name x\n",
  );
});

forEachLauncher(
  "run leaves the words of a command as they are",
  async (place) => {
    const words = ["", "a b", "'q'", '"', "$HOME", "*", "ä€😀", "a\nb"];
    assertPrints(
      await place.run("--rm", IMAGE, "printf", "[%s]", ...words),
      words.map((word) => `[${word}]`).join(""),
    );
  },
);
