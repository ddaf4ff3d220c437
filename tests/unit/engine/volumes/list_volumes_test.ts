/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type VolumeFilters,
  volumeMatcher,
} from "../../../../lib/engine/volumes/list_volumes.ts";
import type { VolumeRecord } from "../../../../lib/storage/volume_store.ts";

function volume(name: string, labels: Record<string, string>): VolumeRecord {
  return { name, labels, createdMs: 0, isAnonymous: false };
}

const VOLUMES = [
  volume("db", { app: "shop", tier: "1" }),
  volume("db-old", { app: "shop" }),
  volume("web", {}),
];

type Filter = Parameters<VolumeFilters["get"]>[0];

/** The names of those that fit, if only `web` is used. */
function matching(...filters: [Filter, string[]][]): string[] {
  const matches = volumeMatcher(new Map(filters), (name) => name === "web");
  return VOLUMES.filter(matches).map(({ name }) => name);
}

Deno.test("volumeMatcher() without filters takes all", () => {
  assert.deepEqual(matching(), ["db", "db-old", "web"]);
});

Deno.test("volumeMatcher() takes parts of names and patterns", () => {
  assert.deepEqual(matching(["name", ["b"]]), ["db", "db-old", "web"]);
  assert.deepEqual(matching(["name", ["^db$", "we"]]), ["db", "web"]);
  assert.throws(() => matching(["name", ["("]]), {
    name: "UsageError",
    message: "invalid filter 'name=('",
  });
});

Deno.test("volumeMatcher() wants all labels and any of the others", () => {
  assert.deepEqual(matching(["label", ["app"]]), ["db", "db-old"]);
  assert.deepEqual(matching(["label", ["app=shop", "tier"]]), ["db"]);
  assert.deepEqual(matching(["driver", ["nfs", "local"]]).length, 3);
  assert.deepEqual(matching(["driver", ["nfs"]]), []);
});

Deno.test("volumeMatcher() knows those that nobody uses", () => {
  assert.deepEqual(matching(["dangling", ["true"]]), ["db", "db-old"]);
  assert.deepEqual(matching(["dangling", ["0"]]), ["web"]);
  assert.deepEqual(matching(["dangling", ["1"]], ["name", ["old"]]), [
    "db-old",
  ]);
  assert.throws(() => matching(["dangling", ["maybe"]]), {
    message: "invalid filter 'dangling=maybe'",
  });
});
