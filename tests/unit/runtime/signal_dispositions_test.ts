/** @module */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import {
  catchesSignal,
  isInMask,
} from "../../../lib/runtime/signal_dispositions.ts";

Deno.test("catchesSignal() tells whether there is a handler", () => {
  const { SIGUSR2 } = SIGNALS;
  assert.ok(!catchesSignal(Deno.pid, SIGUSR2));
  const handler = (): void => {};
  Deno.addSignalListener("SIGUSR2", handler);
  try {
    assert.ok(catchesSignal(Deno.pid, SIGUSR2));
  } finally {
    Deno.removeSignalListener("SIGUSR2", handler);
  }
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
