/**
 * A host whose clock is set back while it is being waited for something: only
 * in a guest, whose clock is nobody else's.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  DEADLINE_MS,
  eventually,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";

/** Registers a test that sets the clock, and puts it right afterwards. */
function clockTest(claim: string, body: (place: Place) => Promise<void>): void {
  if (Deno.env.get("TSDOCKER_TEST_GUEST") !== undefined) {
    return placeTest(claim, async (place) => {
      const offsetMs = Date.now() - performance.now();
      try {
        await body(place);
      } finally {
        setClock(offsetMs + performance.now());
      }
    });
  }
  const name = `${claim} (skipped: the clock is not a guest's)`;
  Deno.test({ name, ignore: true, fn: () => undefined });
}

function setClock(ms: number): void {
  const { success } = new Deno.Command("date", {
    args: ["-s", `@${Math.round(ms / 1000)}`],
    stdout: "null",
  }).outputSync();
  assert.ok(success, "date -s");
}

/** Waits until the log of events has one. */
async function awaitEvent(place: Place, action: string): Promise<void> {
  const path = `${place.root}/events/events.log`;
  await eventually(`${action} in the events`, async () => {
    const text = await Deno.readTextFile(path);
    return text.includes(`"action":"${action}"`) || undefined;
  });
}

clockTest("stop -t, wait and events bear a clock set back", async (place) => {
  const created = await place.run(
    ...["-d", "--name", "web"],
    ...shell("trap : TERM; while :; do sleep 1; done"),
  );
  assert.equal(created.code, 0, created.stderr);
  const events = place.start(["events", "--filter", "event=die"]);
  const waiting = place.tsdocker("wait", "web");
  const beginMs = performance.now();
  const stopping = place.tsdocker("stop", "-t", "2", "web");
  await awaitEvent(place, "kill");
  setClock(Date.now() - 3_600_000);
  assert.deepEqual((await stopping).code, 0);
  const tookMs = performance.now() - beginMs;
  assert.ok(tookMs >= 2000 && tookMs < DEADLINE_MS, `${tookMs}`);
  assert.equal((await waiting).stdout, "137\n");
  assert.match(await events.stdout.line(), / container die /);
  await events.killAnyway();
  assertPrints(await place.tsdocker("rm", "web"), "web\n");
});
