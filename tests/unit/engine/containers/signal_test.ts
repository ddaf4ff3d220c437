/** @module */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../../ffi/constants/signal.ts";
import { isEnding } from "../../../../lib/engine/containers/signal.ts";

type SignalName = keyof typeof SIGNALS;

/** The signals that end containers, by their stop signal. */
const ENDING: readonly (readonly [SignalName, readonly SignalName[]])[] = [
  ["SIGTERM", ["SIGTERM", "SIGINT", "SIGQUIT", "SIGKILL"]],
  // Who has asked for one means no other.
  ["SIGQUIT", ["SIGQUIT", "SIGKILL"]],
  ["SIGUSR1", ["SIGUSR1", "SIGKILL"]],
];

for (const [stopSignal, ending] of ENDING) {
  Deno.test(`isEnding() knows what ends a container with ${stopSignal}`, () => {
    const config = { stopSignal: SIGNALS[stopSignal] };
    const all = Object.keys(SIGNALS) as SignalName[];
    const found = all.filter((name) => isEnding(config, SIGNALS[name]));
    assert.deepEqual(found.toSorted(), ending.toSorted());
  });
}
