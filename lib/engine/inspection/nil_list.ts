/**
 * Lists that docker's JSON has as `null`.
 *
 * @module
 */

/** A list with nothing in it: `null` as JSON, empty for everybody else. */
export const NIL_LIST: readonly never[] = Object.freeze(
  Object.assign([], { toJSON: (): null => null }),
);

/** A list as it is, or {@linkcode NIL_LIST} for an empty one. */
export function orNil<Item>(list: readonly Item[]): readonly Item[] {
  return list.length === 0 ? NIL_LIST : list;
}
