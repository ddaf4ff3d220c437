/**
 * Labels in rows, under docker's names of fields.
 *
 * @module
 */

type Labels = Readonly<Record<string, string>>;

/** `.Labels`: all of them, in order, as `KEY=VALUE,…`. */
export function labelsText(labels: Labels): string {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`)
    .sort().join(",");
}

/** `.Label KEY`: the value of one; empty if there is none. */
export function labelField(labels: Labels): (key: unknown) => string {
  return (key) =>
    typeof key === "string" && Object.hasOwn(labels, key)
      ? labels[key] ?? ""
      : "";
}
