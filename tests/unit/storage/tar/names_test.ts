import assert from "node:assert/strict";
import type { ByteString } from "../../../../lib/storage/tar/byte_string.ts";
import {
  lastComponent,
  normalizeName,
  parentName,
} from "../../../../lib/storage/tar/names.ts";

const NAMES: readonly (readonly [string, string | undefined])[] = [
  ["a", "a"],
  ["a/b", "a/b"],
  ["./a", "a"],
  ["a/", "a"],
  ["a//b/./c/", "a/b/c"],
  ["/etc/passwd", "etc/passwd"],
  ["//etc", "etc"],
  [".", ""],
  ["./", ""],
  ["/", ""],
  ["", ""],
  ["..a/b..", "..a/b.."],
  ["a/...", "a/..."],
  ["..", undefined],
  ["../a", undefined],
  ["/../a", undefined],
  ["a/..", undefined],
  ["a/../b", undefined],
  ["a/./../../b", undefined],
];

Deno.test("normalizeName() makes names relative and refuses ..", () => {
  for (const [name, expected] of NAMES) {
    assert.equal(normalizeName(name as ByteString), expected, name);
  }
});

Deno.test("parentName() and lastComponent() split a normalized name", () => {
  const split = (name: string): string[] => [
    parentName(name as ByteString),
    lastComponent(name as ByteString),
  ];
  assert.deepEqual(split("a"), ["", "a"]);
  assert.deepEqual(split("a/b"), ["a", "b"]);
  assert.deepEqual(split("a/b/c"), ["a/b", "c"]);
});
