/**
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import {
  depthOf,
  normalizePath,
  parseDestination,
  resolvePath,
} from "../../../lib/engine/volume.ts";

Deno.test("resolvePath() leaves absolute paths where they are", () => {
  assert.equal(resolvePath("/cwd", "/a/b"), "/a/b");
  assert.equal(resolvePath("/cwd", "a/b"), "/cwd/a/b");
  assert.equal(resolvePath("/cwd", ""), "/cwd");
  assert.equal(resolvePath("/cwd", ".."), "/");
  assert.equal(resolvePath("/", "a"), "/a");
});

Deno.test("normalizePath() never leaves the root", () => {
  const paths: Readonly<Record<string, string>> = {
    "": "/",
    "/": "/",
    "///": "/",
    "/.": "/",
    "/..": "/",
    "/../../a": "/a",
    "/a/../../../b": "/b",
    "/a/b/..": "/a",
    "/a/...": "/a/...",
    "/a/..b/.c": "/a/..b/.c",
    "/a b/": "/a b",
  };
  for (const [path, expected] of Object.entries(paths)) {
    assert.equal(normalizePath(path), expected, path);
    assert.equal(normalizePath(expected), expected, "a second time");
  }
});

Deno.test("parseDestination() normalizes, and tells what is wrong", () => {
  const fail = (why: string): UsageError => new UsageError(why);
  assert.equal(parseDestination("/a//b/../c/", fail), "/a/c");
  assert.throws(() => parseDestination("a", fail), {
    message: '"a" is not an absolute path',
  });
  assert.throws(() => parseDestination("/..", fail), {
    message: "the root cannot be mounted over",
  });
});

Deno.test("depthOf() tells what lies below from what is above", () => {
  assert.ok(depthOf({ destination: "/a/b" }) > depthOf({ destination: "/z" }));
});
