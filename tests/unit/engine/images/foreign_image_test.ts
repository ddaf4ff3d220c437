/**
 * @module
 */
import assert from "node:assert/strict";
import { foreignWarning } from "../../../../lib/engine/images/foreign_image.ts";
import { hostPlatform } from "../../../../lib/oci/platform.ts";

Deno.test("foreignWarning() says nothing of what runs here", () => {
  const say = (architecture: string, arch: "x86_64" | "aarch64") =>
    foreignWarning({ os: "linux", architecture }, hostPlatform(arch));
  assert.equal(say("amd64", "x86_64"), undefined);
  assert.equal(say("386", "x86_64"), undefined);
  assert.equal(say("arm64", "aarch64"), undefined);
  assert.match(say("386", "aarch64") ?? "", /\(linux\/386\)/);
  assert.match(say("amd64", "aarch64") ?? "", /host platform \(linux\/arm64\)/);
});

Deno.test("foreignWarning() has docker's words", () => {
  assert.equal(
    foreignWarning(
      { os: "windows", architecture: "amd64" },
      hostPlatform("x86_64"),
    ),
    "The requested image's platform (windows/amd64) does not match the detected " +
      "host platform (linux/amd64) and no specific platform was requested",
  );
});
