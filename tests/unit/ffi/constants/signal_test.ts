/** @module */
import assert from "node:assert/strict";
import {
  parseSignal,
  signalName,
  SIGNALS,
} from "../../../../ffi/constants/signal.ts";

const ACCEPTED: readonly (readonly [string, number])[] = [
  ["TERM", 15],
  ["SIGTERM", 15],
  ["sigterm", 15],
  ["term", 15],
  ["15", 15],
  ["9", 9],
  ["KILL", 9],
  ["1", 1],
  ["64", 64],
  ["32", 32],
  ["CLD", 17],
  ["POLL", 29],
  ["IOT", 6],
  ["RTMIN", 34],
  ["SIGRTMIN+3", 37],
  ["rtmin+30", 64],
  ["RTMAX", 64],
  ["RTMAX-1", 63],
  ["SIGRTMAX-30", 34],
];

for (const [text, signal] of ACCEPTED) {
  Deno.test(`parseSignal() reads "${text}" as ${signal}`, () => {
    assert.equal(parseSignal(text), signal);
  });
}

const REFUSED = [
  "",
  "0",
  "65",
  "-1",
  "1.5",
  "0x9",
  " 9",
  "SIG",
  "SIGSIGTERM",
  "TERMINATE",
  "RTMIN+31",
  "RTMIN-1",
  "RTMAX+1",
  "RTMAX-31",
  "RTMIN+",
  "constructor",
];

for (const text of REFUSED) {
  Deno.test(`parseSignal() refuses "${text}"`, () => {
    assert.equal(parseSignal(text), undefined);
  });
}

Deno.test("signalName() is what parseSignal() reads", () => {
  for (let signal = 1; signal <= 64; signal++) {
    assert.equal(parseSignal(signalName(signal)), signal);
  }
});

Deno.test("signalName() prefers the common name", () => {
  assert.equal(signalName(6), "SIGABRT");
  assert.equal(signalName(17), "SIGCHLD");
  assert.equal(signalName(29), "SIGIO");
  assert.equal(signalName(34), "SIGRTMIN");
  assert.equal(signalName(37), "SIGRTMIN+3");
  assert.equal(signalName(64), "SIGRTMAX");
  assert.equal(signalName(33), "33");
});

Deno.test("SIGNALS names 1 to 31 without a gap", () => {
  const numbers = new Set<number>(Object.values(SIGNALS));
  for (let signal = 1; signal <= 31; signal++) assert.ok(numbers.has(signal));
});
