/**
 * Named values.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Field, formatFields } from "../../../../lib/cli/output/fields.ts";

const FIELDS: readonly Field[] = [
  ["Root", "/var/lib"],
  ["Storage driver", "overlay"],
  ["OS/Arch", "linux/x86_64"],
  ["Memory", "1KiB", 1024],
];

Deno.test("formatFields() aligns the values", () => {
  assert.equal(
    formatFields(FIELDS),
    "Root:           /var/lib\n" +
      "Storage driver: overlay\n" +
      "OS/Arch:        linux/x86_64\n" +
      "Memory:         1KiB\n",
  );
});

Deno.test("formatFields() as JSON has camel case keys and exact values", () => {
  assert.deepEqual(JSON.parse(formatFields(FIELDS, "json")), {
    root: "/var/lib",
    storageDriver: "overlay",
    osArch: "linux/x86_64",
    memory: 1024,
  });
});

Deno.test("formatFields() of nothing is nothing, or an empty object", () => {
  assert.equal(formatFields([]), "");
  assert.equal(formatFields([], "json"), "{}\n");
});
