/** @module */
import assert from "node:assert/strict";
import { signalName, SIGNALS } from "../../../ffi/constants/signal.ts";
import { catchSignals } from "../../../lib/runtime/caught_signals.ts";

/** Linux has none of this number; so none can be taken over with it. */
const NONE = 65;

const { SIGPWR, SIGIO } = SIGNALS;
const WAYS = [
  { way: "in a pipe", signal: SIGPWR, signals: [SIGPWR] },
  { way: "with Deno's listeners", signal: SIGIO, signals: [SIGIO, NONE] },
];

for (const { way, signal, signals } of WAYS) {
  Deno.test({
    name: `catchSignals() keeps what comes until it is heard, ${way}`,
    // They are taken over for good.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn(): Promise<void> {
      const send = (): void =>
        Deno.kill(Deno.pid, signalName(signal) as Deno.Signal);
      const caught = catchSignals(signals);
      send();
      // Deno's own thread hears of it, and then this one.
      await new Promise((resolve) => setTimeout(resolve, 100));
      const heard: number[] = [];
      let next = Promise.withResolvers<void>();
      caught.hear((number) => {
        heard.push(number);
        next.resolve();
      });
      await next.promise;
      next = Promise.withResolvers();
      send();
      await next.promise;
      assert.deepEqual(heard, [signal, signal]);
    },
  });
}
