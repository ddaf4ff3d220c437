/**
 * Tests that need root: skipped, and counted as skipped, for anybody else.
 *
 * @module
 */

/**
 * Registers a test that needs root. With `REQUIRE_ROOT=1` it is never skipped.
 *
 * @param name What it claims.
 * @param run The test.
 */
export function rootTest(
  name: string,
  run: (context: Deno.TestContext) => void | Promise<void>,
): void {
  const isSkipped = Deno.uid() !== 0 && Deno.env.get("REQUIRE_ROOT") !== "1";
  Deno.test({
    name: isSkipped ? `${name} (skipped: needs root)` : name,
    ignore: isSkipped,
    fn: run,
  });
}
