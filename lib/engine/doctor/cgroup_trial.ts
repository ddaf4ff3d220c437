/**
 * A cgroup made to see what one has.
 *
 * @module
 */
import { mkdirat, rmdirat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../../ffi/constants/fcntl.ts";
import { reasonOf } from "./attempt.ts";
import type { TrialCgroup } from "./host_probe.ts";

/**
 * Makes a cgroup, lists its files, and removes it.
 *
 * @param parent Directory of the cgroup it is made in.
 */
export function tryCgroup(parent: string): TrialCgroup {
  const path = `${parent}/tsdocker-doctor-${crypto.randomUUID()}`;
  try {
    mkdirat(AT_FDCWD, path, 0o755);
    using _made = {
      [Symbol.dispose]: (): void => rmdirat(AT_FDCWD, path),
    };
    const files = [...Deno.readDirSync(path)].map(({ name }) => name);
    return { kind: "made", files };
  } catch (error) {
    return { kind: "refused", reason: reasonOf(error) };
  }
}
