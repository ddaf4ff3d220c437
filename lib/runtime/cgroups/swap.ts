/**
 * What a limit of swap means, the same for both versions of control groups.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Memory"
 */
import { SpecError } from "../../base/errors.ts";
import type { LinuxMemory } from "../../oci/linux_resources.ts";
import { isGiven, UNLIMITED } from "./limit.ts";

const POINTER = "/linux/resources/memory/swap";

/** A limit of swap that makes sense beside the limit of memory. */
export type SwapLimit =
  | { readonly kind: "unlimited" }
  /** Bytes of memory plus swap, and bytes of swap alone. */
  | { readonly kind: "finite"; readonly total: number; readonly swap: number };

/**
 * The limit of swap that is asked for. The specification counts `swap` as
 * memory **plus** swap, as cgroup v1 does; cgroup v2 counts swap alone. So a
 * finite `swap` needs a finite `limit` to be told from.
 *
 * @param memory `limit` and `swap` in bytes; `-1` is unlimited.
 * @returns `undefined` if none is asked for.
 * @throws {SpecError} If `swap` is finite while `limit` is absent or unlimited,
 * or is below `limit`.
 * @example 512 MiB of memory and 256 MiB of swap
 * ```ts
 * import assert from "node:assert/strict";
 * const MIB = 1024 ** 2;
 * assert.deepEqual(swapLimit({ limit: 512 * MIB, swap: 768 * MIB }), {
 *   kind: "finite",
 *   total: 768 * MIB,
 *   swap: 256 * MIB,
 * });
 * ```
 */
export function swapLimit({ limit, swap }: LinuxMemory): SwapLimit | undefined {
  if (!isGiven(swap)) return undefined;
  if (swap === UNLIMITED) return { kind: "unlimited" };
  if (!isGiven(limit) || limit === UNLIMITED) {
    throw new SpecError(
      POINTER,
      `Cannot limit memory and swap to ${swap} bytes: memory alone is not limited`,
      { advice: "set a limit of memory too" },
    );
  }
  if (swap < limit) {
    throw new SpecError(
      POINTER,
      `Cannot limit memory and swap to ${swap} bytes: that is less than the ${limit} bytes of memory alone`,
      { advice: "the limit of swap counts memory too; raise it" },
    );
  }
  return { kind: "finite", total: swap, swap: swap - limit };
}
