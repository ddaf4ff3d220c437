import assert from "node:assert/strict";
import type { Digest } from "../../../../lib/base/digest.ts";
import { chooseImage } from "../../../../lib/engine/images/open_archive.ts";

const [ONE, TWO] = ["1", "2"].map((digit) =>
  `sha256:${digit.repeat(64)}` as Digest
) as [Digest, Digest];
const IMAGES = [
  { manifest: ONE, names: ["bb:1", "bb:latest"] },
  { manifest: TWO, names: [] },
];

Deno.test("chooseImage() takes the only one, or the one that is named", () => {
  assert.equal(chooseImage(IMAGES.slice(1), undefined, "x").manifest, TWO);
  const cases = [["bb:1", ONE], ["bb", ONE], ["@0", ONE], ["@1", TWO]] as const;
  for (const [name, manifest] of cases) {
    assert.equal(chooseImage(IMAGES, name, "x").manifest, manifest, name);
  }
  const twice = [...IMAGES.slice(0, 1), { manifest: ONE, names: ["c"] }];
  assert.equal(chooseImage(twice, undefined, "x").manifest, ONE);
});

Deno.test("chooseImage() says which there are", () => {
  assert.throws(() => chooseImage(IMAGES, undefined, "x.tar"), {
    name: "ConflictError",
    message: 'Cannot choose one of the images of "x.tar": bb:1, @1',
    advice: "docker-archive:x.tar:bb:1",
  });
  assert.throws(
    () => chooseImage(IMAGES, "cc", "x.tar"),
    /^NotFoundError: Cannot find image "cc" in "x.tar": it has bb:1, @1$/,
  );
  assert.throws(() => chooseImage([], undefined, "x"), /it has no images$/);
});
