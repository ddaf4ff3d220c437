/**
 * Images and their steps are shown as docker shows them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseDigest } from "../../../../lib/base/digest.ts";
import {
  DIGEST_LAYOUT,
  IMAGE_LAYOUT,
  imageRows,
} from "../../../../lib/cli/commands/image_rows.ts";
import {
  HISTORY_LAYOUT,
  historyRow,
} from "../../../../lib/cli/commands/history_rows.ts";
import { formatImageTree } from "../../../../lib/cli/output/image_tree.ts";
import {
  formatRows,
  parseRowFormat,
} from "../../../../lib/cli/output/row_format.ts";

const MANIFEST = parseDigest(`sha256:${"a".repeat(64)}`);
const ID = parseDigest(`sha256:${"b".repeat(64)}`);
const INDEX = parseDigest(`sha256:${"c".repeat(64)}`);
const NAMED = {
  image: {
    manifest: { mediaType: "", digest: MANIFEST, size: 1 },
    config: { mediaType: "", digest: ID, size: 1 },
    layers: [],
    createdMs: 0,
    addedMs: 0,
  },
  names: [
    "docker.io/library/bb:latest",
    `docker.io/library/bb@${INDEX}`,
    `docker.io/team/cc@${INDEX}`,
  ],
};
const SHOWN = { full: false, nowMs: 3 * 86_400_000, size: 1_984_321 };

Deno.test("imageRows() has a row for each name", () => {
  assert.equal(
    formatRows(imageRows(NAMED, SHOWN), IMAGE_LAYOUT, parseRowFormat("")),
    "REPOSITORY   TAG       IMAGE ID       CREATED      SIZE\n" +
      "bb           latest    bbbbbbbbbbbb   3 days ago   1.98MB\n" +
      "team/cc      <none>    bbbbbbbbbbbb   3 days ago   1.98MB\n",
  );
  const rows = imageRows({ ...NAMED, names: [] }, { ...SHOWN, full: true });
  assert.equal(
    formatRows(rows, DIGEST_LAYOUT, parseRowFormat("")).replace(/ {2,}/g, "|"),
    "REPOSITORY|TAG|DIGEST|IMAGE ID|CREATED|SIZE\n" +
      `<none>|<none>|${MANIFEST}|${ID}|3 days ago|1.98MB\n`,
  );
});

Deno.test("imageRows() has docker's fields", () => {
  const [row] = imageRows(NAMED, SHOWN);
  assert.ok(row);
  const { CreatedAt, ...fields } = row;
  assert.match(CreatedAt, /^1970-01-01 \d\d:\d\d:\d\d /);
  assert.deepEqual(fields, {
    Containers: "N/A",
    CreatedSince: "3 days ago",
    Digest: INDEX,
    ID: "bbbbbbbbbbbb",
    Repository: "bb",
    SharedSize: "N/A",
    Size: "1.98MB",
    Tag: "latest",
    UniqueSize: "N/A",
    VirtualSize: "1.98MB",
  });
});

Deno.test("historyRow() is for people, or for programs", () => {
  const step = {
    id: ID,
    createdMs: 1500,
    createdBy: `RUN\t${"x".repeat(50)}`,
    comment: "why",
    sizeBytes: 1_984_321,
  };
  const shown = { full: false, reader: "person", nowMs: 61_500 } as const;
  const missing = { ...step, id: undefined, createdMs: undefined };
  const rows = [historyRow(step, shown), historyRow(missing, shown)];
  assert.equal(
    formatRows(rows, HISTORY_LAYOUT, parseRowFormat("")).replace(
      / {2,}/g,
      "|",
    ),
    "IMAGE|CREATED|CREATED BY|SIZE|COMMENT\n" +
      `bbbbbbbbbbbb|About a minute ago|RUN ${"x".repeat(40)}…|1.98MB|why\n` +
      `<missing>|N/A|RUN ${"x".repeat(40)}…|1.98MB|why\n`,
  );
  assert.deepEqual(
    historyRow(step, { full: true, reader: "program", nowMs: 0 }),
    {
      Comment: "why",
      CreatedAt: "1970-01-01T00:00:01Z",
      CreatedBy: `RUN ${"x".repeat(50)}`,
      CreatedSince: "1970-01-01T00:00:01Z",
      ID,
      Size: "1984321",
    },
  );
});

Deno.test("formatImageTree() tells who shares layers", () => {
  const layer = { chainId: INDEX, sizeBytes: 1000, sharedWith: [] };
  const dangling = { ...NAMED, names: [] };
  assert.equal(
    formatImageTree(NAMED, [
      { ...layer, sharedWith: [NAMED, dangling] },
      { ...layer, chainId: MANIFEST, sizeBytes: 5 },
    ], "short"),
    [
      "Image ID: bbbbbbbbbbbb",
      "Tags:     [bb:latest]",
      "Size:     1kB",
      "Image layers",
      "├── ID: cccccccccccc Size: 1kB Shared with: [bb:latest bbbbbbbbbbbb]",
      "└── ID: aaaaaaaaaaaa Size: 5B",
      "",
    ].join("\n"),
  );
  assert.equal(
    formatImageTree(dangling, [], "full"),
    `Image ID: ${ID}\nTags:     []\nSize:     0B\nNo layers\n`,
  );
});
