/**
 * Disk usage is summed and shown as docker does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createContainerId } from "../../../../lib/base/identifiers.ts";
import {
  detailedUsage,
  sumRow,
} from "../../../../lib/cli/output/disk_usage.ts";
import {
  type ContainerUsage,
  type DiskUsage,
  sumDiskUsage,
} from "../../../../lib/engine/disk_usage.ts";
import { containerConfig } from "../../../support/run_options.ts";

const LAYER = {
  name: "a".repeat(64),
  directory: "/layers/a",
  hasSource: true,
  containers: 2,
  sizeBytes: 3000,
  createdMs: 0,
};

function container(
  status: ContainerUsage["status"],
  sizeBytes: number,
): ContainerUsage {
  const config = containerConfig({
    id: createContainerId(),
    name: status.state,
    image: "bb",
    args: ["sleep", "300"],
    createdMs: 0,
  });
  return { config, status, sizeBytes };
}

const EXITED = { exitCode: 1, finishedMs: 0, oomKilled: false };
const USAGE: DiskUsage = {
  layers: [
    LAYER,
    {
      ...LAYER,
      name: `${LAYER.name}+${"1".repeat(16)}`,
      containers: 0,
      sizeBytes: 1000,
    },
  ],
  containers: [
    container({ state: "running", pid: 1, startedMs: 0 }, 10),
    container({ state: "paused", pid: 1, startedMs: 0 }, 20),
    container({ state: "restarting", ...EXITED }, 40),
    container({ state: "exited", ...EXITED }, 80),
    container({ state: "created" }, 160),
  ],
};

Deno.test("sumDiskUsage() tells what is in use", () => {
  const [images, containers, volumes, cache] = sumDiskUsage(USAGE);
  assert.deepEqual(images, {
    type: "Images",
    total: 2,
    active: 1,
    sizeBytes: 4000,
    reclaimableBytes: 1000,
  });
  assert.deepEqual(containers, {
    type: "Containers",
    total: 5,
    active: 3,
    sizeBytes: 310,
    reclaimableBytes: 240,
  });
  assert.equal(volumes?.type, "Local Volumes");
  assert.equal(cache?.type, "Build Cache");
  assert.equal(cache?.total, 0);
});

Deno.test("sumRow() has docker's fields", () => {
  assert.deepEqual(sumDiskUsage(USAGE).slice(0, 3).map(sumRow), [
    {
      Type: "Images",
      TotalCount: "2",
      Active: "1",
      Size: "4kB",
      Reclaimable: "1kB (25%)",
    },
    {
      Type: "Containers",
      TotalCount: "5",
      Active: "3",
      Size: "310B",
      Reclaimable: "240B (77%)",
    },
    {
      Type: "Local Volumes",
      TotalCount: "0",
      Active: "0",
      Size: "0B",
      Reclaimable: "0B",
    },
  ]);
});

Deno.test("detailedUsage() lists everything", () => {
  const lines = detailedUsage(USAGE, 60_000).split("\n")
    .map((line) => line.replace(/ {2,}/g, "|"));
  assert.deepEqual(lines.slice(0, 6), [
    "Images space usage:",
    "",
    "IMAGE ID|CREATED|SIZE|CONTAINERS",
    "aaaaaaaaaaaa|About a minute ago|3kB|2",
    "aaaaaaaaaaaa+1111111111111111|About a minute ago|1kB|0",
    "",
  ]);
  assert.equal(
    lines[8],
    "CONTAINER ID|IMAGE|COMMAND|SIZE|CREATED|STATUS|NAMES",
  );
  assert.match(
    lines[9] ?? "",
    /^[0-9a-f]{12}\|bb\|"sleep 300"\|10B\|About a minute ago\|Up About a minute\|running$/,
  );
  assert.equal(lines.length, 15);
});
