/**
 * The streams of `run` without a terminal.
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
  type Running,
  shell,
} from "../support/cli.ts";

const MIB = 1024 ** 2;

/** Bytes of every value, not compressible into a pattern of lines. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The most memory a process has had so far, in bytes. */
async function peakMemory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

async function readAll(running: Running): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const piece = await running.stdout.bytes();
    if (piece === undefined) break;
    pieces.push(piece);
  }
  const all = new Uint8Array(
    await new Blob(pieces as BlobPart[]).arrayBuffer(),
  );
  return all;
}

forEachLauncher("run keeps stdout and stderr apart", async (place) => {
  assert.deepEqual(
    await place.run("--rm", ...shell("echo out; echo err >&2; echo out2")),
    { code: 0, stdout: "out\nout2\n", stderr: "err\n" },
  );
});

forEachLauncher("run gives an empty stdin without -i", async (place) => {
  assertPrints(
    await place.tsdockerWith({ stdin: "not for the container" }, [
      ...["run", "--rm", ...shell("wc -c; readlink /proc/self/fd/0")],
    ]),
    "0\n/dev/null\n",
  );
});

forEachLauncher("run -i passes 10 MB both ways unchanged", async (place) => {
  const bytes = noise(10 * MIB);
  const words = ["run", "--rm", "-i", IMAGE, "cat"];
  const running = place.start(words, { stdin: bytes });
  const [received] = await Promise.all([
    readAll(running),
    running.write(bytes).then(() => running.closeStdin()),
  ]);
  assert.equal(await running.status(), 0);
  assert.equal(received.length, bytes.length);
  assert.equal(await digest(received), await digest(bytes));
});

forEachLauncher(
  "run -i takes a file as stdin, and ends with it",
  async (place) => {
    await Deno.writeTextFile(`${place.work}/input`, "a\nb\nc");
    assertPrints(
      await place.tsdockerWith({
        wrapper: ["sh", "-c", 'exec "$0" "$@" <input'],
      }, ["run", "--rm", "-i", IMAGE, "cat"]),
      "a\nb\nc",
    );
  },
);

forEachLauncher("run -i passes lines on as they come", async (place) => {
  const script = 'while read line; do echo "got $line"; done; echo end';
  const running = place.start(["run", "--rm", "-i", ...shell(script)], {
    stdin: "",
  });
  for (const word of ["one", "two"]) {
    await running.write(`${word}\n`);
    assert.equal(await running.stdout.line(), `got ${word}`);
  }
  await running.closeStdin();
  assert.equal(await running.stdout.rest(), "end\n");
  assert.equal(await running.status(), 0);
});

forEachLauncher("run -i ends though stdin stays open", async (place) => {
  const running = place.start(["run", "--rm", "-i", IMAGE, "true"], {
    stdin: "",
  });
  assert.equal(await running.status(), 0);
});

forEachLauncher("run ends while a child holds its streams", async (place) => {
  assertPrints(
    await place.run("--rm", ...shell("sleep 1000 & echo started")),
    "started\n",
  );
});

forEachLauncher("run ends with its reader", async (place) => {
  const running = place.start(["run", "--rm", ...shell("yes; echo $? >&2")]);
  assert.equal(await running.stdout.line(), "y");
  await running.stdout.cancel();
  // The shell lives on and tells what its child died of: SIGPIPE.
  assert.equal(await running.stderr.line(), "141");
  assert.equal(await running.status(), 0);
});

forEachLauncher("run | head -1 ends", async (place) => {
  const outcome = await place.tsdockerWith({
    wrapper: ["sh", "-c", '"$0" "$@" | head -n 1'],
  }, ["run", "--rm", IMAGE, "yes"]);
  // Signals do not end a process 1 that has no handler: it gets the error.
  assert.deepEqual(outcome, {
    code: 0,
    stdout: "y\n",
    stderr: "yes: (null): Broken pipe\n",
  });
});

forEachLauncher("run holds a writer back that nobody reads", async (place) => {
  const script = "dd if=/dev/zero bs=64k count=1600 2>/dev/null; echo done >&2";
  const running = place.start(["run", "--rm", ...shell(script)]);
  const written = await settledCount(() => writtenByContainer(place));
  assert.ok(written < 2 * MIB, `${written} bytes are on their way`);
  const before = await peakMemory(running.pid);
  let received = 0;
  let peak = before;
  for (;;) {
    const piece = await running.stdout.bytes();
    if (piece === undefined) break;
    received += piece.length;
    if (received < 95 * MIB) peak = await peakMemory(running.pid);
  }
  assert.equal(received, 100 * MIB);
  assert.ok(peak - before < 32 * MIB, `grew from ${before} to ${peak}`);
  assert.equal(await running.stderr.rest(), "done\n");
  assert.equal(await running.status(), 0);
});

forEachLauncher("run -i holds its writer back as well", async (place) => {
  const script = "echo ready; exec sleep 1000";
  const running = place.start(["run", "--rm", "-i", ...shell(script)], {
    stdin: "",
  });
  assert.equal(await running.stdout.line(), "ready");
  const before = await peakMemory(running.pid);
  const piece = new Uint8Array(64 * 1024);
  let accepted = 0;
  let isWriting = true;
  const writing = (async (): Promise<void> => {
    while (isWriting) {
      await running.write(piece);
      accepted += piece.length;
    }
  })();
  const settled = await settledCount(() => Promise.resolve(accepted));
  assert.ok(settled < 2 * MIB, `${settled} bytes are on their way`);
  const peak = await peakMemory(running.pid);
  assert.ok(peak - before < 32 * MIB, `grew from ${before} to ${peak}`);
  isWriting = false;
  running.kill("SIGKILL");
  assert.equal(await running.status(), 137);
  await writing;
  // The next command clears up after the killed one.
  assertPrints(await place.run("--rm", IMAGE, "true"), "");
});

/** What dd has written so far, as the kernel counts it. */
async function writtenByContainer(place: Place): Promise<number | undefined> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const command = await Deno.readTextFile(`/proc/${name}/comm`);
      if (command !== "dd\n") continue;
      const mounts = await Deno.readTextFile(`/proc/${name}/mountinfo`);
      if (!mounts.includes(place.directory)) continue;
      const io = await Deno.readTextFile(`/proc/${name}/io`);
      return Number(/^wchar: (\d+)$/m.exec(io)?.[1]);
    } catch {
      // It has ended while we looked.
    }
  }
  return undefined;
}

/** A count once it has stopped changing. */
async function settledCount(
  count: () => Promise<number | undefined>,
): Promise<number> {
  const QUIET_LOOKS = 30;
  let last: number | undefined;
  let quiet = 0;
  return await eventually("a count that stays", async () => {
    const now = await count();
    quiet = now !== undefined && now > 0 && now === last ? quiet + 1 : 0;
    last = now;
    return quiet >= QUIET_LOOKS ? now : undefined;
  });
}
