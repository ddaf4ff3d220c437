import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import {
  familiarName,
  familiarRepository,
  fullName,
  isReference,
  parseReference,
} from "../../../lib/oci/reference.ts";

const HEX = "0123456789abcdef".repeat(4);

/** As written, in full, and as people write it. */
const NAMES: readonly (readonly [string, string, string])[] = [
  ["bb", "docker.io/library/bb:latest", "bb:latest"],
  ["bb:1.0_a-b", "docker.io/library/bb:1.0_a-b", "bb:1.0_a-b"],
  ["me/bb", "docker.io/me/bb:latest", "me/bb:latest"],
  ["library/bb", "docker.io/library/bb:latest", "bb:latest"],
  ["index.docker.io/bb", "docker.io/library/bb:latest", "bb:latest"],
  ["localhost/bb", "localhost/bb:latest", "localhost/bb:latest"],
  ["host:5000/bb", "host:5000/bb:latest", "host:5000/bb:latest"],
  ["[::1]:5000/bb:2", "[::1]:5000/bb:2", "[::1]:5000/bb:2"],
  ["a.b/c/d/e:x", "a.b/c/d/e:x", "a.b/c/d/e:x"],
  ["UPPER/bb", "UPPER/bb:latest", "UPPER/bb:latest"],
  [
    `bb@sha256:${HEX}`,
    `docker.io/library/bb@sha256:${HEX}`,
    `bb@sha256:${HEX}`,
  ],
  [
    `bb:1@sha256:${HEX}`,
    `docker.io/library/bb:1@sha256:${HEX}`,
    `bb:1@sha256:${HEX}`,
  ],
  [
    "docker.io/library/a/b",
    "docker.io/library/a/b:latest",
    "library/a/b:latest",
  ],
];

for (const [text, full, familiar] of NAMES) {
  Deno.test(`parseReference() reads "${text}"`, () => {
    const reference = parseReference(text);
    assert.equal(fullName(reference), full);
    assert.equal(familiarName(reference), familiar);
    assert.deepEqual(parseReference(full), reference);
    assert.deepEqual(parseReference(familiar), reference);
  });
}

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["", /^invalid reference format: ""/],
  ["Bad", /repository name \(Bad\) must be lowercase/],
  ["a//b", /invalid reference format/],
  ["/a", /invalid reference format/],
  ["a/", /invalid reference format/],
  ["a:", /"" is not a tag/],
  ["a: b", /is not a tag/],
  [`a:${"t".repeat(129)}`, /is not a tag/],
  ["a@sha256:12", /is not a sha256 digest/],
  ["a@md5:12", /is not a sha256 digest/],
  [HEX, /as an id is/],
  ["-a", /invalid reference format/],
  ["a..b", /invalid reference format/],
  ["ho st/a.b:1", /invalid reference format/],
  ["a".repeat(256), /longer than 255/],
];

for (const [text, message] of REFUSED) {
  Deno.test(`parseReference() refuses "${text.slice(0, 40)}"`, () => {
    assert.throws(() => parseReference(text), (error) => {
      assert(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
    assert(!isReference(text));
  });
}

Deno.test("familiarRepository() leaves tag and digest out", () => {
  const reference = parseReference(`host:5000/a/b:1@sha256:${HEX}`);
  assert.equal(familiarRepository(reference), "host:5000/a/b");
  assert(isReference("bb"));
});
