/** @module */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import {
  catchesSignal,
  isInMask,
} from "../../../lib/runtime/signal_dispositions.ts";

Deno.test("catchesSignal() tells whether there is a handler", async () => {
  // Processes of its own: other tests here take signals over for good.
  const script = "trap : USR1; echo ready; read -r line";
  await using shell = new Deno.Command("/bin/sh", {
    args: ["-c", script],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await shell.stdout.getReader().read();
  assert.ok(catchesSignal(shell.pid, SIGNALS.SIGUSR1));
  assert.ok(!catchesSignal(shell.pid, SIGNALS.SIGUSR2));
});

Deno.test("catchesSignal() says no of what is gone", () => {
  assert.ok(!catchesSignal(2 ** 22 + 1, SIGNALS.SIGTERM));
});

Deno.test("isInMask() finds the first signal and the last", () => {
  assert.ok(isInMask("8000000000000001", 1));
  assert.ok(isInMask("8000000000000001", 64));
  assert.ok(!isInMask("8000000000000001", 63));
  assert.ok(!isInMask(undefined, 1));
});
