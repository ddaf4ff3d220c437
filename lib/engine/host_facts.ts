/**
 * What judging options takes to know of the host.
 *
 * @module
 */

/** Facts of the host; each is looked up when it is asked for. */
export interface HostFacts {
  /** CPUs that can be used, as the kernel lists them: `0-3,8`. */
  readonly onlineCpus: string;
  /** Memory nodes, as the kernel lists them; `0` where there is one. */
  readonly onlineMems: string;
  readonly hostname: string;
}

/** Facts of this host. */
export function hostFacts(): HostFacts {
  return {
    get onlineCpus(): string {
      return readList("/sys/devices/system/cpu/online") ??
        cpuList(navigator.hardwareConcurrency);
    },
    get onlineMems(): string {
      return readList("/sys/devices/system/node/online") ?? "0";
    },
    get hostname(): string {
      return Deno.hostname();
    },
  };
}

function cpuList(count: number): string {
  return count < 2 ? "0" : `0-${count - 1}`;
}

/** A kernel without that file has no such thing to choose from. */
function readList(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim() || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
