/**
 * `kill -9` at random moments: whatever it hits, the next ordinary command
 * finds the truth, and nothing is left behind. `make faults` strikes longer.
 *
 * @module
 */
import { IMAGE, placeTest, shell } from "../support/cli.ts";
import { type Fault, NAME, strike } from "../support/faults.ts";

const SLEEP = [IMAGE, "sleep", "1000"];
const DETACHED = ["run", "-d", "--name", NAME, ...SLEEP];
const STOPPED = ["run", "--name", NAME, IMAGE, "true"];
const CREATED = ["create", "--name", NAME, ...SLEEP];
const SURVIVES = [["stop", "-t", "0", NAME], ["start", NAME], ["kill", NAME]];

const FAULTS: Readonly<Record<string, Fault>> = {
  "the client during run": { kills: "client", words: STOPPED },
  "the client during run --rm": {
    kills: "client",
    words: ["run", "--rm", "--name", NAME, IMAGE, "true"],
  },
  "the client during run -d": {
    kills: "client",
    words: DETACHED,
    after: SURVIVES,
  },
  "the client during create": {
    kills: "client",
    words: CREATED,
    after: [["start", NAME], ["rm", NAME]],
  },
  "the client during start": {
    kills: "client",
    before: [CREATED],
    words: ["start", NAME],
    after: SURVIVES,
  },
  "the client during stop": {
    kills: "client",
    before: [DETACHED],
    words: ["stop", "-t", "0", NAME],
    after: SURVIVES,
  },
  "the client during rm -f": {
    kills: "client",
    before: [DETACHED],
    words: ["rm", "-f", NAME],
    after: SURVIVES,
  },
  "the client during rm": {
    kills: "client",
    before: [STOPPED],
    words: ["rm", NAME],
    after: [["start", NAME], ["rm", NAME]],
  },
  "the client during exec": {
    kills: "client",
    before: [DETACHED],
    words: ["exec", NAME, "true"],
    after: [["exec", NAME, "true"], ...SURVIVES],
  },
  "the client during commit": {
    kills: "client",
    // A hole that takes a while to be read.
    before: [[
      ...["run", "-d", "--name", NAME],
      ...shell("dd of=/big bs=1M count=0 seek=50; sleep 1000"),
    ]],
    words: ["commit", NAME, "image"],
    // In a container that is paused nothing can be executed.
    after: [["exec", NAME, "true"], ["commit", NAME, "image"], ...SURVIVES],
  },
  "the monitor during run -d": {
    kills: "monitor",
    words: DETACHED,
    after: SURVIVES,
  },
  "the monitor during stop": {
    kills: "monitor",
    before: [DETACHED],
    words: ["stop", "-t", "0", NAME],
    after: SURVIVES,
  },
  "the monitor of what it starts again": {
    kills: "monitor",
    before: [[
      ...["run", "-d", "--restart", "always", "--name", NAME],
      ...shell("sleep 0.02; exit 1"),
    ]],
    words: ["inspect", NAME],
    after: SURVIVES,
  },
  "all of them during start": {
    kills: "all",
    before: [CREATED],
    words: ["start", NAME],
    after: SURVIVES,
  },
  "process 1 during run -d": {
    kills: "init",
    words: DETACHED,
    after: SURVIVES,
  },
};

for (const [name, fault] of Object.entries(FAULTS)) {
  placeTest(
    `kill -9 of ${name} leaves nothing behind`,
    (place) => strike(place, fault),
  );
}
