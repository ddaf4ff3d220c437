/**
 * Disk usage is summed and shown as docker does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseDigest } from "../../../../lib/base/digest.ts";
import { createContainerId } from "../../../../lib/base/identifiers.ts";
import {
  detailedUsage,
  sumRow,
} from "../../../../lib/cli/output/disk_usage.ts";
import type {
  ContainerUsage,
  DiskUsage,
} from "../../../../lib/engine/disk_usage.ts";
import {
  sumDiskUsage,
  totalBytes,
} from "../../../../lib/engine/disk_usage_sums.ts";
import { containerConfig } from "../../../support/run_options.ts";

const LAYER = {
  name: "a".repeat(64),
  directory: "/layers/a",
  images: [],
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
const DIGESTS = ["a", "b", "c"].map((digit) =>
  parseDigest(`sha256:${digit.repeat(64)}`)
);
const [MANIFEST, CONFIG] = DIGESTS.map((digest) => ({
  mediaType: "application/json",
  digest,
  size: 100,
}));
if (MANIFEST === undefined || CONFIG === undefined) throw new TypeError();
const IMAGE = {
  image: {
    manifest: MANIFEST,
    config: CONFIG,
    layers: [],
    createdMs: 0,
    addedMs: 0,
  },
  names: ["docker.io/library/bb:1", "docker.io/library/bb:latest"],
  sizeBytes: 600,
  sharedBytes: 200,
  containers: 1,
};

const USAGE: DiskUsage = {
  images: [IMAGE, { ...IMAGE, names: [], containers: 0 }],
  sharedBytes: 200,
  unusedImageBytes: 400,
  keptBytes: 3,
  leftoverBytes: 7,
  recordBytes: 9,
  volumes: [
    { name: "data", containers: 1, sizeBytes: 50 },
    { name: "old", containers: 0, sizeBytes: 150 },
  ],
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
    total: 4,
    active: 2,
    // Two images, what they share and a removed one has left, two layers.
    sizeBytes: 800 + 200 + 3 + 4000 + 7,
    reclaimableBytes: 400 + 1000 + 7,
  });
  assert.deepEqual(containers, {
    type: "Containers",
    total: 5,
    active: 3,
    sizeBytes: 310,
    reclaimableBytes: 240,
  });
  assert.deepEqual(volumes, {
    type: "Local Volumes",
    total: 2,
    active: 1,
    sizeBytes: 200,
    reclaimableBytes: 150,
  });
  assert.equal(cache?.type, "Build Cache");
  assert.equal(cache?.total, 0);
});

Deno.test("sumRow() has docker's fields", () => {
  assert.deepEqual(sumDiskUsage(USAGE).slice(0, 3).map(sumRow), [
    {
      Type: "Images",
      TotalCount: "4",
      Active: "2",
      Size: "5.01kB",
      Reclaimable: "1.41kB (28%)",
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
      TotalCount: "2",
      Active: "1",
      Size: "200B",
      Reclaimable: "150B (75%)",
    },
  ]);
});

Deno.test("detailedUsage() lists everything", () => {
  const lines = detailedUsage(USAGE, 60_000).split("\n")
    .map((line) => line.replace(/ {2,}/g, "|"));
  assert.deepEqual(lines.slice(0, 12), [
    "Images space usage:",
    "",
    "REPOSITORY|TAG|IMAGE ID|CREATED|SIZE|SHARED SIZE|UNIQUE SIZE|CONTAINERS",
    "bb|1|bbbbbbbbbbbb|About a minute ago|600B|200B|400B|1",
    "bb|latest|bbbbbbbbbbbb|About a minute ago|600B|200B|400B|1",
    "<none>|<none>|bbbbbbbbbbbb|About a minute ago|600B|200B|400B|0",
    "",
    "Layers without an image space usage:",
    "",
    "LAYER|CREATED|SIZE|CONTAINERS",
    "aaaaaaaaaaaa|About a minute ago|3kB|2",
    "aaaaaaaaaaaa+1111111111111111|About a minute ago|1kB|0",
  ]);
  assert.equal(
    lines[15],
    "CONTAINER ID|IMAGE|COMMAND|LOCAL VOLUMES|SIZE|CREATED|STATUS|NAMES",
  );
  assert.match(
    lines[16] ?? "",
    /^[0-9a-f]{12}\|bb\|"sleep 300"\|0\|10B\|About a minute ago\|Up About a minute\|running$/,
  );
  assert.deepEqual(lines.slice(22), [
    "Local Volumes space usage:",
    "",
    "VOLUME NAME|LINKS|SIZE",
    "data|1|50B",
    "old|0|150B",
    "",
    "Shared by images: 200B",
    "Kept for containers of removed images: 3B",
    "Left over: 7B",
    "Records: 9B",
    "Build cache usage: 0B",
    "Total: 5.53kB",
    "",
  ]);
  assert.equal(totalBytes(USAGE), 800 + 200 + 3 + 4000 + 310 + 200 + 7 + 9);
});
