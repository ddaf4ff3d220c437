/** @module */
import assert from "node:assert/strict";
import {
  bytesToRead,
  createPipe,
  makeInheritable,
  type Pipe,
  read,
  writeAllSync,
} from "../../../../ffi/calls/pipe.ts";
import { openPidfd } from "../../../../ffi/calls/process.ts";
import { F_SETFL } from "../../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import { Memory } from "../../../../ffi/memory.ts";
import { syscall } from "../../../../ffi/syscall.ts";
import {
  type Moment,
  type Stream,
  watchFirstMoment,
} from "../../../../lib/runtime/stdio/first_moment.ts";

/** A shell whose two outputs are watched. */
class Scene implements AsyncDisposable {
  readonly out = createPipe();
  readonly err = createPipe();
  readonly target = createPipe();
  readonly seen: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #pidfd: Fd;

  constructor(script: string) {
    makeInheritable(this.out.writable.number);
    makeInheritable(this.err.writable.number);
    const path = "/proc/self/fd/";
    const { number: out } = this.out.writable;
    const { number: err } = this.err.writable;
    this.#child = new Deno.Command("sh", {
      args: ["-c", `exec >${path}${out} 2>${path}${err}\n${script}`],
      stdin: "null",
    }).spawn();
    this.out.writable[Symbol.dispose]();
    this.err.writable[Symbol.dispose]();
    this.#pidfd = openPidfd(this.#child.pid);
  }

  get streams(): [Stream, Stream] {
    return [this.#stream("out", this.out), this.#stream("err", this.err)];
  }

  #stream(name: string, { readable }: Pipe): Stream {
    return {
      source: readable,
      target: this.target.writable,
      tee: (bytes) => {
        this.seen.push(`${name} ${new TextDecoder().decode(bytes)}`);
      },
    };
  }

  watch(streams: readonly Stream[] = this.streams): Moment {
    return watchFirstMoment(this.#pidfd, streams);
  }

  async written(): Promise<string> {
    using memory = new Memory(100_000);
    const length = await read(this.target.readable, memory);
    return new TextDecoder().decode(memory.bytes.slice(0, length));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pidfd[Symbol.dispose]();
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    for (const pipe of [this.out, this.err, this.target]) {
      pipe[Symbol.dispose]();
    }
  }
}

/** Watches until something holds, as what a machine is busy with may take long. */
function watchUntil(
  scene: Scene,
  streams: readonly Stream[],
  holds: (moment: Moment) => boolean,
): Moment {
  for (let turn = 0; turn < 1000; turn++) {
    const moment = scene.watch(streams);
    if (holds(moment)) return moment;
  }
  throw new Error("It does not come to that");
}

/** Watches until all has ended. */
function watchToTheEnd(scene: Scene): void {
  const { streams } = scene;
  watchUntil(scene, streams, ({ hasEnded, left }) => {
    assert.equal(left.size, 0);
    return hasEnded && streams.every(({ source }) => !source.isOpen);
  });
}

Deno.test("watchFirstMoment() passes on all of both streams, as it comes", async () => {
  await using scene = new Scene(
    "echo 1 >&2; sleep 0.02; echo 2; sleep 0.02; echo 3 >&2; sleep 0.02; echo 4",
  );
  watchToTheEnd(scene);
  assert.deepEqual(scene.seen, ["err 1\n", "out 2\n", "err 3\n", "out 4\n"]);
  assert.equal(await scene.written(), "1\n2\n3\n4\n");
});

Deno.test("watchFirstMoment() passes on packets one by one", async () => {
  const O_DIRECT = Deno.build.arch === "x86_64" ? 0o40000 : 0o200000;
  await using scene = new Scene("exit");
  using packets = createPipe();
  syscall("fcntl", packets.writable.number, F_SETFL, O_DIRECT);
  for (const text of ["1", "2", "3"]) {
    writeAllSync(packets.writable, new TextEncoder().encode(text));
  }
  packets.writable[Symbol.dispose]();
  const [stream] = scene.streams;
  const streams = [{ ...stream, source: packets.readable }];
  watchUntil(scene, streams, () => !packets.readable.isOpen);
  assert.equal(await scene.written(), "123");
});

Deno.test("watchFirstMoment() does not wait for what somebody else holds open", async () => {
  await using scene = new Scene("echo 1; sleep 2 & exit");
  const streams = scene.streams;
  watchUntil(scene, streams, ({ hasEnded }) => hasEnded);
  const { hasEnded, left } = scene.watch(streams);
  assert.deepEqual([hasEnded, left.size], [true, 0]);
  assert.deepEqual(streams.map(({ source }) => source.isOpen), [true, true]);
  assert.equal(await scene.written(), "1\n");
});

Deno.test("watchFirstMoment() gives back what the target does not take", async () => {
  await using scene = new Scene("head -c 200000 /dev/zero; sleep 10");
  const streams = scene.streams;
  const moment = watchUntil(scene, streams, ({ left }) => left.size > 0);
  const [left = new Uint8Array(0)] = moment.left.values();
  const read = scene.seen.reduce((sum, text) => sum + text.length - 4, 0);
  assert.equal(bytesToRead(scene.target.readable) + left.length, read);
  assert.equal(moment.left.keys().next().value, streams[0]);
});

Deno.test("watchFirstMoment() is over after 10 ms", async () => {
  await using scene = new Scene("sleep 10");
  const start = performance.now();
  const { hasEnded } = scene.watch();
  assert.ok(!hasEnded);
  assert.ok(performance.now() - start >= 9.9);
});
