/**
 * `kill -9` of a client at any moment of being left by keys: the container runs,
 * with a monitor or without one. `make faults` strikes longer.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import { assertPrints, type Place, placeTest, shell } from "../support/cli.ts";
import { assertTrue, FAULT_ROUNDS, NAME } from "../support/faults.ts";
import { Random } from "../support/random.ts";
import { remains } from "../support/remains.ts";
import { Terminal } from "../support/terminal.ts";

const KEYS = "\x10\x11";
/** It goes on without a terminal, and writes all the time. */
const SCRIPT =
  'trap "" HUP; echo ready; while :; do echo tick; sleep 0.02; done';
const ENDINGS = [
  [["stop", "-t", "0", NAME], ["rm", NAME]],
  [["kill", NAME], ["rm", NAME]],
  [["rm", "-f", NAME]],
] as const;

/** How long it takes to be left. */
function measure(place: Place): number {
  using terminal = open(place);
  const start = performance.now();
  terminal.type(KEYS);
  assert.equal(terminal.status(), 0);
  return performance.now() - start;
}

function open(place: Place): Terminal {
  const words = ["run", "-it", "--name", NAME, ...shell(SCRIPT)];
  const terminal = Terminal.tsdocker(place, words);
  terminal.expect("ready\r\n");
  return terminal;
}

placeTest(
  "kill -9 of a client that is being left leaves nothing behind",
  async (place) => {
    const seed = Number(Deno.env.get("FAULT_SEED") ?? Date.now() % 65536);
    const random = new Random(seed);
    const lengthMs = measure(place);
    assertPrints(await place.tsdocker("rm", "-f", NAME), `${NAME}\n`);
    for (let round = 0; round < FAULT_ROUNDS / 2; round++) {
      const momentMs = random.next() * lengthMs * 1.2;
      const what = `FAULT_SEED=${seed}, round ${round}, ${momentMs} ms`;
      using terminal = open(place);
      terminal.type(KEYS);
      // Not waiting for something, but hitting at any moment is the purpose.
      await new Promise((resolve) => setTimeout(resolve, momentMs));
      terminal.kill(SIGNALS.SIGKILL);
      assert.ok([0, 137].includes(terminal.status()), what);
      await assertTrue(place);
      const format = ["ps", "--format", "{{.Names}} {{.State}}"];
      const { stdout } = await place.tsdocker(...format);
      assert.equal(stdout, `${NAME} running\n`, what);
      for (const words of random.pick(ENDINGS)) {
        assertPrints(await place.tsdocker(...words), `${NAME}\n`);
        await assertTrue(place);
      }
      assert.deepEqual(await remains(place), [], what);
    }
  },
);
