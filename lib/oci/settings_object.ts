/**
 * How to run an image, as its config has it. Pure.
 *
 * @module
 * @see image-spec 1.1, config.md, "Properties"
 */
import type { ImageSettings } from "./image_spec.ts";

/**
 * Settings as they are written; what is empty is left out, but for lists, of
 * which an empty one is not the same as none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const settings = { Cmd: ["sh"], ExposedPorts: ["80/tcp"], User: "" };
 * assert.deepEqual(settingsObject(settings), {
 *   Cmd: ["sh"],
 *   ExposedPorts: { "80/tcp": {} },
 * });
 * ```
 */
export function settingsObject(
  settings: ImageSettings,
): Record<string, unknown> {
  const { ExposedPorts, Volumes, Labels, ...others } = settings;
  const written: Record<string, unknown> = {
    ...others,
    ExposedPorts: setObject(ExposedPorts),
    Labels: Labels && Object.keys(Labels).length > 0 ? Labels : undefined,
    Volumes: setObject(Volumes),
  };
  return Object.fromEntries(
    Object.entries(written).filter(([, value]) =>
      value !== undefined && value !== ""
    ),
  );
}

/** A set is an object with empty members. */
function setObject(
  names: readonly string[] = [],
): Record<string, unknown> | undefined {
  return names.length === 0
    ? undefined
    : Object.fromEntries(names.map((name) => [name, {}]));
}
