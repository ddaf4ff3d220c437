/** @module */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { interceptSignals, stopIgnoring } from "../../../ffi/signals.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { openDescriptors } from "../../support/processes.ts";

const FIXTURE = new URL(
  "../../fixtures/ffi/intercept_signals.ts",
  import.meta.url,
).pathname;
const DEADLINE_MS = 30_000;

/** A process that has taken over signals, or has not if there are none. */
class Interceptor implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #pending: number[] = [];

  private constructor(signals: readonly number[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", FIXTURE, ...signals.map(String)],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    this.#reader = this.#child.stdout.getReader();
  }

  static async start(signals: readonly number[]): Promise<Interceptor> {
    const interceptor = new Interceptor(signals);
    assert.equal(await interceptor.next(), "R".charCodeAt(0));
    return interceptor;
  }

  get pid(): number {
    return this.#child.pid;
  }

  kill(signal: number): void {
    syscall("kill", this.pid, signal);
  }

  /** The next byte of its output: a signal it got. */
  async next(): Promise<number> {
    while (this.#pending.length === 0) {
      const { value, done } = await withDeadline(this.#reader.read());
      assert.ok(!done, "the process lives");
      this.#pending.push(...value);
    }
    return this.#pending.shift() ?? -1;
  }

  /** Whether a handler is installed, ours or Deno's. */
  catches(signal: number): boolean {
    const status = Deno.readTextFileSync(`/proc/${this.pid}/status`);
    const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1];
    return (BigInt(`0x${mask}`) >> BigInt(signal - 1) & 1n) === 1n;
  }

  /** Ports it listens on, in the kernel's hexadecimal. */
  listeningPorts(): string[] {
    const sockets = new Set<string>();
    for (const { name } of Deno.readDirSync(`/proc/${this.pid}/fd`)) {
      const target = Deno.readLinkSync(`/proc/${this.pid}/fd/${name}`);
      sockets.add(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
    }
    const TCP_LISTEN = "0A";
    return Deno.readTextFileSync(`/proc/${this.pid}/net/tcp`).split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) =>
        state === TCP_LISTEN && sockets.has(inode ?? "")
      )
      .map(([, local]) => local?.split(":")[1] ?? "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#reader.cancel();
    await this.#child.status;
  }
}

async function withDeadline<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("Deadline")), DEADLINE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const CATCHABLE = [
  SIGNALS.SIGHUP,
  SIGNALS.SIGINT,
  SIGNALS.SIGQUIT,
  SIGNALS.SIGUSR1,
  SIGNALS.SIGUSR2,
  SIGNALS.SIGALRM,
  SIGNALS.SIGTERM,
  SIGNALS.SIGCONT,
  SIGNALS.SIGTSTP,
  SIGNALS.SIGWINCH,
  ...Array.from({ length: 31 }, (_, index) => SIGNALS.SIGRTMIN + index),
];

Deno.test("interceptSignals() passes on every signal, by its number", async () => {
  await using interceptor = await Interceptor.start(CATCHABLE);
  for (const signal of CATCHABLE) {
    interceptor.kill(signal);
    assert.equal(await interceptor.next(), signal);
  }
});

Deno.test("interceptSignals() loses none of 10,000 queued signals", async () => {
  const COUNT = 10_000;
  await using interceptor = await Interceptor.start([34, SIGNALS.SIGTERM]);
  for (let index = 0; index < COUNT; index++) interceptor.kill(34);
  for (let index = 0; index < COUNT; index++) {
    assert.equal(await interceptor.next(), 34);
  }
  interceptor.kill(SIGNALS.SIGTERM);
  assert.equal(await interceptor.next(), SIGNALS.SIGTERM, "and no more");
});

Deno.test("interceptSignals() survives a storm of 10,000 plain signals", async () => {
  await using interceptor = await Interceptor.start([
    SIGNALS.SIGUSR1,
    SIGNALS.SIGTERM,
  ]);
  for (let index = 0; index < 10_000; index++) {
    interceptor.kill(SIGNALS.SIGUSR1);
  }
  interceptor.kill(SIGNALS.SIGTERM);
  let count = 0;
  let signal: number;
  while ((signal = await interceptor.next()) === SIGNALS.SIGUSR1) count++;
  assert.equal(signal, SIGNALS.SIGTERM);
  assert.ok(count >= 1 && count <= 10_000, `${count}`);
});

Deno.test("interceptSignals() keeps SIGUSR1 from opening Deno's inspector", async () => {
  await using interceptor = await Interceptor.start([SIGNALS.SIGUSR1]);
  await using other = await Interceptor.start([]);
  // Deno installs its handler some time after the start. The other process was
  // started later, so when it has one, the first is past that time as well.
  const deadline = Date.now() + DEADLINE_MS;
  while (!other.catches(SIGNALS.SIGUSR1)) {
    assert.ok(Date.now() < deadline, "Deno installs a handler of SIGUSR1");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  other.kill(SIGNALS.SIGUSR1);
  while (other.listeningPorts().length === 0) {
    assert.ok(Date.now() < deadline, "Deno opens its inspector");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  interceptor.kill(SIGNALS.SIGUSR1);
  assert.equal(await interceptor.next(), SIGNALS.SIGUSR1);
  assert.deepEqual(interceptor.listeningPorts(), []);
});

const DENOS = [SIGNALS.SIGHUP, SIGNALS.SIGINT, SIGNALS.SIGTERM];

for (const signals of [DENOS, [...DENOS, SIGNALS.SIGUSR1]]) {
  Deno.test(`interceptSignals() keeps ${signals}, which Deno handles later`, async () => {
    await using interceptor = await Interceptor.start(signals);
    await using other = await Interceptor.start([]);
    // As above: the first is past the time when the other is.
    const deadline = Date.now() + DEADLINE_MS;
    while (!other.catches(SIGNALS.SIGUSR1)) {
      assert.ok(Date.now() < deadline, "Deno installs a handler of SIGUSR1");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    for (const signal of signals) {
      interceptor.kill(signal);
      assert.equal(await interceptor.next(), signal);
    }
  });
}

Deno.test("interceptSignals() takes nothing over if one cannot be caught", () => {
  const handled = (): string | undefined =>
    /^SigCgt:.*$/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[0];
  const before = handled();
  const descriptors = openDescriptors();
  for (const signal of [SIGNALS.SIGKILL, SIGNALS.SIGSTOP, 65, 0]) {
    assert.throws(() => interceptSignals([SIGNALS.SIGUSR2, signal]), {
      name: "SyscallError",
      call: "rt_sigaction",
      code: "EINVAL",
    });
  }
  assert.equal(handled(), before);
  assert.equal(openDescriptors(), descriptors);
});

Deno.test("interceptSignals() leaves errno and registers alone", () => {
  using reader = interceptSignals([SIGNALS.SIGUSR2]);
  const SIGUSR2 = SIGNALS.SIGUSR2;
  // The signal is delivered on the way out of the call that sends it.
  let sum = 0;
  for (let index = 0; index < 1000; index++) {
    sum += Math.sqrt(index) * syscall("kill", Deno.pid, SIGUSR2) + index;
  }
  assert.equal(sum, 499_500);
  assert.throws(() => syscall("chdir", "/nonexistent"), { code: "ENOENT" });
  const bytes = new Uint8Array(2000);
  const count = syscall("read", reader.number, bytes, bytes.length);
  assert.ok(count >= 1);
  assert.ok(bytes.subarray(0, count).every((byte) => byte === SIGUSR2));
});

Deno.test("stopIgnoring() restores the default of an ignored signal only", () => {
  const isSet = (line: string, signal: number): boolean => {
    const status = Deno.readTextFileSync("/proc/thread-self/status");
    const mask = new RegExp(`^${line}:\\s*([0-9a-f]+)$`, "m").exec(status)?.[1];
    return (BigInt(`0x${mask}`) >> BigInt(signal - 1) & 1n) === 1n;
  };
  const ignore = new Uint8Array(32);
  ignore[0] = 1; // SIG_IGN
  syscall("rt_sigaction", SIGNALS.SIGXFSZ, ignore, null, 8);
  assert.ok(isSet("SigIgn", SIGNALS.SIGXFSZ));
  stopIgnoring(SIGNALS.SIGXFSZ);
  assert.ok(!isSet("SigIgn", SIGNALS.SIGXFSZ));

  using _source = interceptSignals([SIGNALS.SIGXCPU]);
  stopIgnoring(SIGNALS.SIGXCPU);
  assert.ok(isSet("SigCgt", SIGNALS.SIGXCPU), "a handler stays");
});
