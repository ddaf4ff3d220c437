/**
 * Changes of files as `diff` lists them.
 *
 * @module
 */
import type { LayerChange } from "../../storage/layer_changes.ts";
import { toBytes } from "../../storage/tar/byte_string.ts";
import { printable } from "./printable.ts";

const LETTERS: Readonly<Record<LayerChange["kind"], string>> = {
  added: "A",
  changed: "C",
  removed: "D",
};

/** A line for each change. */
export function formatChanges(changes: readonly LayerChange[]): string {
  return changes.map(({ kind, path }) => {
    const text = new TextDecoder().decode(toBytes(path));
    return `${LETTERS[kind]} ${printable(text)}\n`;
  }).join("");
}
