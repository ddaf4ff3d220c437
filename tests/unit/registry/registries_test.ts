import assert from "node:assert/strict";
import { SpecError } from "../../../lib/base/errors.ts";
import { parseRegistries } from "../../../lib/registry/registries.ts";

Deno.test("parseRegistries() reads mirrors, insecure registries and certificates", () => {
  const text = JSON.stringify({
    registries: {
      "docker.io": {
        mirrors: ["mirror.example:5000", "https://b.example/hub/"],
      },
      "old.example:80": { insecure: true },
      "own.example": { ca: "/etc/ca.pem", insecure: false },
    },
  });
  assert.deepEqual([...parseRegistries(text, "r.json")], [
    ["docker.io", {
      mirrors: ["mirror.example:5000", "b.example/hub"],
      isInsecure: false,
    }],
    ["old.example:80", { mirrors: [], isInsecure: true }],
    ["own.example", { mirrors: [], isInsecure: false, ca: "/etc/ca.pem" }],
  ]);
  assert.equal(parseRegistries("{}", "r.json").size, 0);
});

const WRONG: readonly [text: unknown, message: RegExp][] = [
  [{ registry: {} }, /at \/registry is not one of registries$/],
  [{ registries: { "a b": {} } }, /belongs to no host \("a b"\)$/],
  [
    { registries: { a: { insecur: true } } },
    /is not one of mirrors, insecure, ca$/,
  ],
  [
    { registries: { a: { insecure: "yes" } } },
    /"yes" at .* is neither true nor false$/,
  ],
  [
    { registries: { a: { ca: "ca.pem" } } },
    /"ca.pem" at .* is not an absolute path$/,
  ],
  [{ registries: { a: { ca: "/c", insecure: true } } }, /contradicts "ca"/],
  [{ registries: { a: { mirrors: "b" } } }, /is not an array$/],
  [{ registries: { a: { mirrors: ["http://b"] } } }, /is not a host/],
  [{ registries: { a: { mirrors: ["b?x"] } } }, /is not a host/],
  [{ registries: [] }, /is not an object$/],
];

Deno.test("parseRegistries() refuses what it does not understand", () => {
  for (const [document, message] of WRONG) {
    const text = JSON.stringify(document);
    assert.throws(() => parseRegistries(text, "r.json"), (error: Error) => {
      assert.ok(error instanceof SpecError, text);
      assert.match(error.message, /^Cannot use "r.json": /);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.throws(() => parseRegistries("{", "r.json"), /it is not JSON/);
});
