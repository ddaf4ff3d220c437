/**
 * Expected texts kept as files, so that a change of them shows in review.
 * `UPDATE_FIXTURES=1` writes what the test found instead of comparing.
 *
 * @module
 */
import assert from "node:assert/strict";

/**
 * Compares a text with a file.
 *
 * @param file Its path below `tests/fixtures`.
 */
export function assertGolden(actual: string, file: string): void {
  const path = new URL(`../fixtures/${file}`, import.meta.url);
  if (Deno.env.get("UPDATE_FIXTURES") === "1") {
    Deno.mkdirSync(new URL(".", path), { recursive: true });
    Deno.writeTextFileSync(path, actual);
  }
  assert.equal(actual, Deno.readTextFileSync(path), `see ${path.pathname}`);
}
