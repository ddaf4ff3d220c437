/** @module */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { tryInterceptSignals } from "../../../lib/base/intercept_signals.ts";

Deno.test("tryInterceptSignals() does without what the kernel refuses", () => {
  assert.equal(tryInterceptSignals([SIGNALS.SIGKILL]), undefined);
});
