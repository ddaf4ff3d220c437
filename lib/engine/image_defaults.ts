/**
 * What an image says about how to run it, where the user says nothing. Pure.
 *
 * @module
 * @see image-spec 1.1, config.md, "Properties"
 * @see image-spec 1.1, conversion.md
 */
import { UsageError } from "../base/errors.ts";
import type { ImageSettings } from "../oci/image_spec.ts";
import type { EnvEntry, RunOptions } from "./run_options.ts";

/**
 * Fills in the options that an image has values for. As in docker, an
 * entrypoint of the user's takes the image's command away, too.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const options = { image: "x", command: [], env: [], labels: [] };
 * const { command, user } = applyImageDefaults(options as never, {
 *   Cmd: ["sh", "-l"],
 *   User: "me",
 * });
 * assert.deepEqual([command, user], [["sh", "-l"], "me"]);
 * ```
 */
export function applyImageDefaults(
  options: RunOptions,
  image: ImageSettings,
): RunOptions {
  const user = options.user || image.User;
  const workdir = options.workdir || absolute(image.WorkingDir);
  const stopSignal = options.stopSignal || image.StopSignal;
  const hasCommand = options.command.length > 0 ||
    options.entrypoint !== undefined;
  return {
    ...options,
    entrypoint: options.entrypoint ?? image.Entrypoint ?? [],
    command: hasCommand ? options.command : image.Cmd ?? [],
    imageSettings: image,
    env: [...(image.Env ?? []).map(readEntry), ...options.env],
    labels: [
      ...Object.entries(image.Labels ?? {}).map((pair) => pair.join("=")),
      ...options.labels,
    ],
    ...(user && { user }),
    ...(workdir && { workdir }),
    ...(stopSignal && { stopSignal }),
  };
}

function readEntry(entry: string): EnvEntry {
  const equals = entry.indexOf("=");
  if (equals > 0) {
    return { name: entry.slice(0, equals), value: entry.slice(equals + 1) };
  }
  // A name alone sets it to nothing; nothing alone cannot be set.
  if (entry !== "" && equals < 0) return { name: entry, value: "" };
  throw new UsageError(`The image has an invalid variable "${entry}"`);
}

/** Some tools write it as the Dockerfile has it. */
function absolute(path = ""): string {
  return path === "" || path.startsWith("/") ? path : `/${path}`;
}
