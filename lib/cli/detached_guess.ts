/**
 * A guess, before `run` itself is loaded and its arguments are understood,
 * whether it will need a monitor: a right one saves a third of its time, a
 * wrong one starts a process that ends at once, or none yet.
 *
 * @module
 */

/** `-d`, alone or among other flags in one word. */
const SHORT = /^-[a-zA-Z]*d[a-zA-Z]*$/;

/**
 * Whether the arguments of `run` look as if they held `--detach`. The image has
 * been passed where two words follow each other that are no flags: what comes
 * then is the container's.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(looksDetached(["--name", "db", "-itd", "busybox", "sh"]));
 * assert.ok(!looksDetached(["-v", "/a:/b", "busybox", "ls", "-d", "/b"]));
 * ```
 */
export function looksDetached(args: readonly string[]): boolean {
  let words = 0;
  for (const arg of args) {
    if (arg === "--detach" || arg === "--detach=true" || SHORT.test(arg)) {
      return true;
    }
    words = arg.startsWith("-") ? 0 : words + 1;
    if (arg === "--" || words === 2) return false;
  }
  return false;
}
