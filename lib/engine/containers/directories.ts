/**
 * The directories everything is kept in.
 *
 * @module
 */
import { HostError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { isDirectoryAt } from "../../base/path_exists.ts";
import { OWN_FILES } from "../own_files.ts";

/** Others may pass through the roots, but not look inside. */
const ROOT_MODE = 0o711;
const PRIVATE_MODE = 0o700;

/**
 * Creates what is missing.
 *
 * @param onBoot Called if the run root has to be made, once the root is there:
 * what was running then is not running any more.
 * @throws {HostError} If a root cannot be written.
 */
export function ensureDirectories(
  paths: HostPaths,
  onBoot: () => void = (): void => undefined,
): void {
  const made = [paths.containers, paths.names];
  if ([...made, paths.states].every(isDirectoryAt)) return;
  for (const root of [paths.root, paths.runRoot]) {
    makeDirectory(root, ROOT_MODE);
  }
  makeMountPoints(paths.mountPoints);
  for (const directory of made) makeDirectory(directory, PRIVATE_MODE);
  if (isDirectoryAt(paths.states)) return;
  onBoot();
  // Last of all: if it is there, all of this has been done.
  makeDirectory(paths.states, PRIVATE_MODE);
}

/**
 * Makes the lowest layer of every container. An image that has no mount point
 * of its own finds it here, and it need not be created among the container's
 * changes, where it would have to be removed again.
 */
function makeMountPoints(layer: string): void {
  for (const name of ["dev", "etc", "proc", "sys"]) {
    makeDirectory(`${layer}/${name}`, 0o755);
    // The caller's umask may be strict; a container's users need to pass.
    Deno.chmodSync(`${layer}/${name}`, 0o755);
  }
  Deno.chmodSync(layer, 0o755);
  for (const name of OWN_FILES) {
    Deno.writeTextFileSync(`${layer}/etc/${name}`, "", { mode: 0o644 });
  }
}

function makeDirectory(path: string, mode: number): void {
  try {
    Deno.mkdirSync(path, { recursive: true, mode });
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, error: unknown): HostError {
  const why = error instanceof Error ? error.message.replace(/: .*/, "") : "";
  return new HostError(`Cannot use the directory "${path}": ${why}`, {
    cause: error,
    advice: "--root DIR and --run-root DIR on a file system you can write to",
  });
}
