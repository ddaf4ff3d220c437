/**
 * The traffic of containers.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  parseTraffic,
  readTraffic,
} from "../../../../lib/engine/containers/sample.ts";

const NOTHING = { receivedBytes: 0, sentBytes: 0 };

Deno.test("parseTraffic() adds up all but the loopback", () => {
  const text = [
    "Inter-|   Receive                        |  Transmit",
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes",
    "    lo: 5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0",
    "  eth0: 700 9 0 0 0 0 0 0 300 4 0 0 0 0 0 0",
    "  eth1:1000 9 0 0 0 0 0 0 20 4 0 0 0 0 0 0",
    "",
  ].join("\n");
  assert.deepEqual(parseTraffic(text), { receivedBytes: 1700, sentBytes: 320 });
});

Deno.test("readTraffic() counts nothing of the host's network", async () => {
  assert.deepEqual(readTraffic(Deno.pid), NOTHING);
  await using child = new Deno.Command("sleep", { args: ["9"] }).spawn();
  assert.deepEqual(readTraffic(child.pid), NOTHING);
});

Deno.test("readTraffic() of what has ended is nothing", async () => {
  const child = new Deno.Command("true").spawn();
  await child.status;
  assert.deepEqual(readTraffic(child.pid), NOTHING);
});
