/**
 * Connects to a container that its monitor keeps.
 *
 * @module
 */
import { isSyscallError } from "../../../ffi/errno.ts";
import { InvalidStateError } from "../../base/errors.ts";
import {
  AttachClient,
  type AttachOptions,
} from "../../monitor/attach_client.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { stateDirectory } from "./records.ts";

/**
 * Connects to a container's monitor.
 *
 * @throws {InvalidStateError} If it has none that listens: it does not run, or
 * belongs to a `run` in the foreground.
 */
export async function attachTo(
  paths: HostPaths,
  id: ContainerId,
  options: AttachOptions,
): Promise<AttachClient> {
  try {
    return await AttachClient.connect(stateDirectory(paths, id), options);
  } catch (cause) {
    const isAbsent = cause instanceof Deno.errors.NotFound ||
      cause instanceof Deno.errors.ConnectionRefused ||
      isSyscallError(cause, "ENOENT");
    if (!isAbsent) throw cause;
    throw new InvalidStateError(
      id,
      "attach",
      "unattended",
      "You cannot attach to a container that no monitor keeps: it was started in the foreground, or its monitor was killed",
      { cause, advice: "tsdocker exec, or tsdocker logs -f" },
    );
  }
}
