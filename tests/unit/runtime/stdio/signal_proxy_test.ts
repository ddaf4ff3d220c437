/** @module */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../../ffi/constants/signal.ts";
import { syscall } from "../../../../ffi/syscall.ts";

const FIXTURE = new URL(
  "../../../fixtures/runtime/signal_proxy.ts",
  import.meta.url,
).pathname;

/** A process with a proxy, since that takes signals over for good. */
class Proxy implements AsyncDisposable {
  readonly #child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", FIXTURE],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  readonly #input = this.#child.stdin.getWriter();
  readonly #output = this.#child.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  #text = "";

  static async start(): Promise<Proxy> {
    const proxy = new Proxy();
    assert.equal(await proxy.line(), "ready");
    return proxy;
  }

  async line(): Promise<string> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#output.read();
      assert.ok(!done, "it lives");
      this.#text += value;
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  async attach(): Promise<void> {
    await this.#input.write(Uint8Array.of(10));
  }

  send(signal: number): void {
    syscall("kill", this.#child.pid, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#output.cancel();
    await this.#input.abort().catch(() => undefined);
    await this.#child.status;
  }
}

Deno.test("SignalProxy passes signals on, once there is a container", async () => {
  await using proxy = await Proxy.start();
  await proxy.attach();
  assert.equal(await proxy.line(), "attached");
  const { SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGRTMIN } = SIGNALS;
  for (const signal of [SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGRTMIN]) {
    for (let count = 0; count < 4; count++) {
      proxy.send(signal);
      assert.equal(await proxy.line(), String(signal));
    }
  }
  proxy.send(SIGNALS.SIGWINCH);
  assert.equal(await proxy.line(), "resize");
});

Deno.test("SignalProxy holds back what comes before the container", async () => {
  await using proxy = await Proxy.start();
  const sent = [SIGNALS.SIGHUP, SIGNALS.SIGUSR2, SIGNALS.SIGWINCH];
  for (const signal of sent) proxy.send(signal);
  await proxy.attach();
  const lines = new Set<string>();
  while (lines.size < 4) lines.add(await proxy.line());
  assert.deepEqual(
    lines,
    new Set(["attached", "resize", ...sent.slice(0, 2).map(String)]),
  );
});

Deno.test("SignalProxy makes the third request to end a SIGKILL", async () => {
  await using proxy = await Proxy.start();
  await proxy.attach();
  assert.equal(await proxy.line(), "attached");
  const { SIGINT, SIGTERM, SIGKILL } = SIGNALS;
  const received: number[] = [];
  for (const signal of [SIGINT, SIGTERM, SIGINT, SIGTERM]) {
    proxy.send(signal);
    received.push(Number(await proxy.line()));
  }
  assert.deepEqual(received, [SIGINT, SIGTERM, SIGKILL, SIGKILL]);
});
