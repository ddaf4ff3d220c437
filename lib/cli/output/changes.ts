/**
 * Changes of files as `diff` lists them.
 *
 * @module
 */
import type { LayerChange } from "../../storage/layer_changes.ts";
import { nameText } from "./name_text.ts";

const LETTERS: Readonly<Record<LayerChange["kind"], string>> = {
  added: "A",
  changed: "C",
  removed: "D",
};

/** A line for each change. */
export function formatChanges(changes: readonly LayerChange[]): string {
  return changes.map(({ kind, path }) => `${LETTERS[kind]} ${nameText(path)}\n`)
    .join("");
}
