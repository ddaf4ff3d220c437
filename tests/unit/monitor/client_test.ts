/** @module */
import assert from "node:assert/strict";
import {
  createPipe,
  makeInheritable,
  type Pipe,
  readAllSync,
} from "../../../ffi/calls/pipe.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { Client } from "../../../lib/monitor/client.ts";
import { setParentDeathSignal } from "../../../ffi/calls/own_process.ts";

const MODULE = new URL("../../../lib/monitor/client.ts", import.meta.url);

/** Has a process of its own do something with its client, in `script`. */
function start(pipe: Pipe, script: string): Deno.ChildProcess {
  makeInheritable(pipe.writable.number);
  const text = `const { Client } = await import("${MODULE}");
    const { number, other } = JSON.parse(Deno.args.at(-1));
    const client = new Client(number);
    ${script}`;
  const words = { number: pipe.writable.number };
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-check", text, "--", JSON.stringify(words)],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  pipe.writable[Symbol.dispose]();
  return child;
}

Deno.test("Client lets its client exit, and keeps nothing of it", async () => {
  using pipe = createPipe();
  using further = createPipe();
  makeInheritable(further.writable.number);
  const child = start(
    pipe,
    `client.leave();
    const stat = Deno.readTextFileSync("/proc/self/stat").split(") ")[1];
    console.log(stat.split(" ")[3] == Deno.pid);
    client.answer(7);
    console.log("unheard");
    console.error("unheard");
    if (Deno.cwd() !== "/") Deno.exit(1);
    setTimeout(() => {}, 1e6);`,
  );
  further.writable[Symbol.dispose]();
  // It runs on, and nobody has the other sides.
  assert.deepEqual(readAllSync(pipe.readable), Uint8Array.of(7));
  assert.deepEqual(readAllSync(further.readable), new Uint8Array());
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  assert.deepEqual([stdout, stderr], ["true\n", ""]);
  child.kill("SIGKILL");
  assert.equal((await child.status).signal, "SIGKILL");
  await child.stdin.close();
});

Deno.test("Client goes on if its client was killed", async () => {
  using pipe = createPipe();
  const child = start(
    pipe,
    `client.leave();
    console.log("left");
    Deno.stdin.readSync(new Uint8Array(1));
    client.answer(0);
    Deno.exit(3);`,
  );
  const stdout = child.stdout.getReader();
  await stdout.read();
  pipe.readable[Symbol.dispose]();
  await child.stdin.close();
  assert.equal((await child.status).code, 3);
  await Promise.all([stdout.cancel(), child.stderr.cancel()]);
});

Deno.test("Client refuses what is not open, or has no reader", () => {
  assert.throws(
    () => new Client(1_000_000),
    (error) => isSyscallError(error, "EBADF"),
  );
  const { readable, writable } = createPipe();
  readable[Symbol.dispose]();
  assert.throws(() => new Client(writable.release()), /The client has died/);
  setParentDeathSignal(0);
});
