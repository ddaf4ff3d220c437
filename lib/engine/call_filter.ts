/**
 * The filter of a program's system calls, by the container's choice and the
 * program's capabilities.
 *
 * @module
 */
import { ARCH } from "../../ffi/arch/arch.ts";
import { type Kernel, parseKernel } from "../base/kernel_version.ts";
import type { Process } from "../oci/runtime_spec.ts";
import type { SeccompFilter } from "../runtime/plan/seccomp.ts";
import { seccompFilter } from "../runtime/security/seccomp/filter.ts";
import type { ContainerConfig } from "./container_config.ts";

/**
 * Makes the filter for this host.
 *
 * @returns `undefined` if the program may make all calls.
 * @throws {SpecError} If a profile of the user's cannot be carried out.
 */
export async function callFilter(
  { seccomp }: Pick<ContainerConfig, "seccomp">,
  { capabilities }: Pick<Process, "capabilities">,
): Promise<SeccompFilter | undefined> {
  if (seccomp === "unconfined") return undefined;
  return await seccompFilter(seccomp, {
    capabilities: new Set(capabilities.bounding),
    architecture: ARCH,
    // The filter that is mostly used is good for any.
    get kernel(): Kernel {
      return parseKernel(Deno.osRelease());
    },
  });
}
