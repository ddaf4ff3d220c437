/**
 * A cgroup made to see whether one can be.
 *
 * @module
 */
import { mkdirat, rmdirat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../../ffi/constants/fcntl.ts";
import { refusal } from "./attempt.ts";
import type { Answer } from "./host_probe.ts";

/**
 * Makes a cgroup and removes it.
 *
 * @param parent Directory of the cgroup it is made in.
 */
export function tryCgroup(parent: string): Answer {
  const path = `${parent}/tsdocker-doctor-${crypto.randomUUID()}`;
  try {
    mkdirat(AT_FDCWD, path, 0o755);
    rmdirat(AT_FDCWD, path);
    return { kind: "works" };
  } catch (error) {
    return refusal(error);
  }
}
