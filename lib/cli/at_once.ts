/**
 * Work on several targets that begins with all of them at once.
 *
 * @module
 */

/**
 * Begins with all targets at once, so that those that take long take their time
 * together; each can then be waited for in turn, as `forEachTarget` does.
 *
 * @param act Acts on one target.
 * @returns Waits until it is done with a target; fails as `act` did.
 */
export function atOnce<Result>(
  targets: readonly string[],
  act: (target: string) => Promise<Result>,
): (target: string) => Promise<Result> {
  const acts = new Map(
    [...new Set(targets)].map((target) => [target, act(target)] as const),
  );
  // Each is waited for in its turn; until then a failure is not forgotten.
  for (const promise of acts.values()) promise.catch(() => undefined);
  return (target) => acts.get(target) ?? act(target);
}
