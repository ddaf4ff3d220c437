import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import {
  choosePlatform,
  formatPlatform,
  hostPlatform,
  parsePlatform,
} from "../../../lib/oci/platform.ts";

Deno.test("parsePlatform() knows the words that others use", () => {
  const spellings = {
    "linux/amd64": "linux/amd64",
    "Linux/X86_64": "linux/amd64",
    "aarch64": "linux/arm64/v8",
    "linux/armhf": "linux/arm/v7",
    "windows/amd64": "windows/amd64",
    "linux/arm/v6": "linux/arm/v6",
    "constructor": "linux/constructor",
  };
  for (const [text, expected] of Object.entries(spellings)) {
    assert.equal(formatPlatform(parsePlatform(text)), expected, text);
  }
});

Deno.test("parsePlatform() refuses what is none", () => {
  for (const text of ["", "linux/", "a/b/c/d", "linux/a b", "/amd64"]) {
    assert.throws(() => parsePlatform(text), UsageError, text);
  }
});

Deno.test("hostPlatform() is that of Deno's build", () => {
  assert.equal(formatPlatform(hostPlatform("x86_64")), "linux/amd64");
  assert.equal(formatPlatform(hostPlatform("aarch64")), "linux/arm64/v8");
});

/** What is picked of `offers` for `wanted`, all in short. */
function picked(offers: string[], wanted: string): string | undefined {
  const found = choosePlatform(
    offers.map((text) => ({ platform: parsePlatform(text) })),
    parsePlatform(wanted),
  );
  return found && formatPlatform(found.platform);
}

Deno.test("choosePlatform() takes the variant itself, else the newest older one", () => {
  const arms = ["linux/arm/v5", "linux/arm/v6", "linux/arm/v7"];
  assert.equal(picked(arms, "linux/arm/v6"), "linux/arm/v6");
  assert.equal(picked(arms, "linux/arm/v8"), "linux/arm/v7");
  assert.equal(picked(arms, "linux/arm"), "linux/arm/v7");
  assert.equal(picked(["linux/arm/v7"], "linux/arm/v6"), undefined);
});

Deno.test("choosePlatform() takes a usual variant for none, and none for a usual one", () => {
  assert.equal(picked(["linux/arm64"], "linux/arm64/v8"), "linux/arm64");
  assert.equal(picked(["linux/arm64/v8"], "linux/arm64"), "linux/arm64/v8");
  assert.equal(
    picked(["linux/amd64/v3", "linux/amd64"], "linux/amd64"),
    "linux/amd64",
  );
  assert.equal(picked(["linux/amd64/v3"], "linux/amd64"), undefined);
});

Deno.test("choosePlatform() passes over other systems and what has no platform", () => {
  assert.equal(
    picked(["windows/amd64", "linux/386"], "linux/amd64"),
    undefined,
  );
  assert.equal(choosePlatform([{}], parsePlatform("linux/amd64")), undefined);
});
