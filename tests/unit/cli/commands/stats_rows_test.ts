/** @module */
import assert from "node:assert/strict";
import type { ContainerId } from "../../../../lib/base/identifiers.ts";
import {
  STATS_LAYOUT,
  statsRow,
  type StatsSubject,
} from "../../../../lib/cli/commands/stats_rows.ts";
import type { UsageSample } from "../../../../lib/engine/containers/sample.ts";

const MIB = 1024 ** 2;
const HOST = { fullIds: false, memoryBytes: 1024 * MIB };

function sample(changes: Partial<UsageSample> = {}): UsageSample {
  return {
    atMs: 1000,
    cpuUs: 500_000,
    memoryBytes: 16 * MIB,
    memoryLimitBytes: 64 * MIB,
    tasks: 3,
    readBytes: 143_360,
    writtenBytes: 0,
    receivedBytes: 1200,
    sentBytes: 5,
    ...changes,
  };
}

function subject(
  before: UsageSample | undefined,
  now: UsageSample | undefined,
): StatsSubject {
  const id = "ab".repeat(32) as ContainerId;
  return { id, name: "web", reference: "w", before, now };
}

Deno.test("statsRow() shows what was used between two moments", () => {
  const now = sample({ atMs: 2000, cpuUs: 2_000_000 });
  assert.deepEqual(statsRow(subject(sample(), now), HOST), {
    Container: "w",
    ID: "abababababab",
    Name: "web",
    CPUPerc: "150.00%",
    MemUsage: "16MiB / 64MiB",
    MemPerc: "25.00%",
    NetIO: "1.2kB / 5B",
    BlockIO: "143kB / 0B",
    PIDs: "3",
  });
});

Deno.test("statsRow() takes the host's memory for no limit", () => {
  const now = sample({ memoryLimitBytes: Infinity });
  const { MemUsage: usage } = statsRow(subject(undefined, now), HOST);
  assert.equal(usage, "16MiB / 1GiB");
});

Deno.test("statsRow() shows nothing of what does not run, or no more", () => {
  const row = statsRow(subject(sample(), undefined), {
    ...HOST,
    fullIds: true,
  });
  assert.deepEqual(Object.values(row).slice(3), [
    "0.00%",
    "0B / 0B",
    "0.00%",
    "0B / 0B",
    "0B / 0B",
    "0",
  ]);
  assert.equal(Object.values(row)[1], "ab".repeat(32));
  const restarted = sample({ atMs: 2000, cpuUs: 10 });
  const { CPUPerc: share } = statsRow(subject(sample(), restarted), HOST);
  assert.equal(share, "0.00%");
});

Deno.test("statsRow() has a field for each heading", () => {
  const row = statsRow(subject(undefined, undefined), HOST);
  assert.deepEqual(Object.keys(row), Object.keys(STATS_LAYOUT.headings));
});
