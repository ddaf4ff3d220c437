/** @module */
import assert from "node:assert/strict";
import { pause } from "../../../lib/base/pause.ts";

const PAUSE = new URL("../../../lib/base/pause.ts", import.meta.url);

Deno.test("pause() lets the time pass", async () => {
  const begin = performance.now();
  // It keeps nothing alive, this test neither.
  const busy = setTimeout(() => {}, 10_000);
  await pause(20);
  clearTimeout(busy);
  // Clocks may differ by their grain.
  assert.ok(performance.now() - begin > 19);
});

Deno.test("pause() does not keep the process alive", async () => {
  const program = `import { pause } from "${PAUSE}"; void pause(1e9);`;
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-config", "--no-lock", "--no-check"],
      `data:text/javascript,${encodeURIComponent(program)}`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(30_000),
  }).output();
  assert.equal(code, 0);
});

Deno.test("pause() ends with its signal, and does not begin after it", async () => {
  const busy = setTimeout(() => {}, 60_000);
  const abort = new AbortController();
  const long = pause(60_000, abort.signal);
  abort.abort();
  await long;
  await pause(60_000, abort.signal);
  clearTimeout(busy);
});
