/**
 * What was pruned is told in docker's words.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  parsePruneFilter,
  prunedLists,
  prunedText,
} from "../../../lib/cli/prune_output.ts";

Deno.test("parsePruneFilter() reads times and labels", () => {
  const texts = ["label=a=b", "label!=c", "label=d", "until=1h", "until=10s"];
  assert.deepEqual(parsePruneFilter(texts, 4_000_000), {
    untilMs: 400_000,
    labels: ["a=b", "d"],
    withoutLabels: ["c"],
  });
  assert.deepEqual(parsePruneFilter([], 5), {
    untilMs: Infinity,
    labels: [],
    withoutLabels: [],
  });
});

Deno.test("parsePruneFilter() refuses other filters and times", () => {
  assert.throws(() => parsePruneFilter(["name=a"], 5), {
    message: "invalid filter 'name'",
  });
  assert.throws(() => parsePruneFilter(["until=soon"], 5), {
    message: 'invalid time: "soon"',
  });
});

Deno.test("prunedText() lists what there is, and the sum", () => {
  const lists = [
    { what: "Containers", pruned: { ids: ["a", "b"], reclaimedBytes: 1500 } },
    { what: "Images", pruned: { ids: ["sha256:c"], reclaimedBytes: 500 } },
    { what: "Volumes", pruned: { ids: [], reclaimedBytes: 0 } },
  ];
  assert.equal(
    prunedText(lists, "remove"),
    "Deleted Containers:\na\nb\n\nDeleted Images:\nsha256:c\n\nTotal reclaimed space: 2kB\n",
  );
  assert.equal(
    prunedText(lists.slice(1, 2), "dry-run"),
    "Would delete Images:\nsha256:c\n\nTotal reclaimable space: 500B\n",
  );
  assert.equal(prunedText([], "remove"), "Total reclaimed space: 0B\n");
});

Deno.test("prunedLists() has no sum", () => {
  const pruned = { ids: ["blue", "red"], reclaimedBytes: 0 };
  const lists = [{ what: "Networks", pruned }];
  const names = "Networks:\nblue\nred\n\n";
  assert.equal(prunedLists(lists, "remove"), `Deleted ${names}`);
  assert.equal(prunedLists(lists, "dry-run"), `Would delete ${names}`);
  assert.equal(
    prunedLists(
      [{ what: "Networks", pruned: { ...pruned, ids: [] } }],
      "remove",
    ),
    "",
  );
});
