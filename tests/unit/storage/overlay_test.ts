/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type OverlayDirectories,
  overlayOptions,
} from "../../../lib/storage/overlay.ts";

const DIRECTORIES: OverlayDirectories = {
  lower: ["/l/a"],
  upper: "/c/u",
  work: "/c/w",
  changes: "kept",
};

/** The value of one option. */
function option(
  name: string,
  directories: Partial<OverlayDirectories>,
): string | undefined {
  return overlayOptions({ ...DIRECTORIES, ...directories })
    .find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
}

Deno.test("overlayOptions() switches off what spreads a file over places", () => {
  assert.deepEqual(overlayOptions(DIRECTORIES), [
    "lowerdir=/l/a",
    "upperdir=/c/u",
    "workdir=/c/w",
    "index=off",
    "redirect_dir=off",
    "metacopy=off",
  ]);
});

Deno.test("overlayOptions() syncs nothing that is to be discarded", () => {
  const options = overlayOptions({ ...DIRECTORIES, changes: "discarded" });
  assert.deepEqual(options.slice(0, -1), overlayOptions(DIRECTORIES));
  assert.equal(options.at(-1), "volatile");
});

Deno.test("overlayOptions() lists the topmost layer first", () => {
  assert.equal(option("lowerdir", { lower: ["/3", "/2", "/1"] }), "/3:/2:/1");
});

Deno.test("overlayOptions() escapes what separates options and layers", () => {
  assert.equal(
    option("lowerdir", { lower: ["/a,b", "/c:d", "/e\\f", "/g\\,:h"] }),
    "/a\\,b:/c\\:d:/e\\\\f:/g\\\\\\,\\:h",
  );
});

Deno.test("overlayOptions() leaves colons of upper and work, which are no lists", () => {
  assert.equal(option("upperdir", { upper: "/a,b:c\\d" }), "/a\\,b:c\\\\d");
  assert.equal(option("workdir", { work: "/w,b:c\\d" }), "/w\\,b:c\\\\d");
});

Deno.test("overlayOptions() leaves spaces and other characters alone", () => {
  const path = "/a b/=é\"'$";
  assert.equal(option("lowerdir", { lower: [path] }), path);
  assert.equal(option("upperdir", { upper: path }), path);
});
