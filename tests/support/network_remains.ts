/**
 * What containers have left in the network of a machine. Its files are looked
 * for by `remains()`; addresses and ports that are taken are such.
 *
 * @module
 */
import type { Fd } from "../../ffi/fd.ts";
import { runIn } from "./network_namespace.ts";

/** A machine, and where the program keeps its networks. */
export interface NetworkTerritory {
  readonly machine: Fd;
  /** `--root` of the program. */
  readonly root: string;
  /** Names of devices that are to be there, bridges aside. */
  readonly devices?: readonly string[];
}

/** A network namespace goes, with its devices, some time after its last process. */
const GRACE_MS = 5_000;

/** Devices that are there without any container. */
const LASTING = /^(?:lo|wire\d|tsd-.*)$/;

/** Waits for devices and rules of containers to go. */
export async function networkRemains(
  territory: NetworkTerritory,
): Promise<string[]> {
  const end = performance.now() + GRACE_MS;
  for (;;) {
    const found = [...devices(territory), ...rules(territory)];
    if (found.length === 0 || performance.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The names of all devices of a network namespace. */
export function deviceNames(namespace: Fd): string[] {
  const lines = runIn(namespace, "ip", "-o", "link").trimEnd().split("\n");
  return lines.map((line) => /^\d+: ([^:@]+)/.exec(line)?.[1] ?? line);
}

function devices({ machine, devices = [] }: NetworkTerritory): string[] {
  return deviceNames(machine)
    .filter((name) => !LASTING.test(name) && !devices.includes(name))
    .map((name) => `device: ${name}`);
}

/** Rules that belong to none of the networks, and maps of ports. */
function rules({ machine, root }: NetworkTerritory): string[] {
  const networks = networkIds(root);
  const lines = runIn(machine, "nft", "list", "ruleset").split("\n");
  return lines.filter((line) => {
    if (/^\s*map /.test(line)) return true;
    const owner = /comment "([0-9a-f]{64}) /.exec(line)?.[1];
    return owner !== undefined && !networks.has(owner);
  }).map((line) => `rule: ${line.trim()}`);
}

function networkIds(root: string): Set<string> {
  const ids = new Set<string>();
  try {
    for (const { name } of Deno.readDirSync(`${root}/networks`)) {
      const text = Deno.readTextFileSync(`${root}/networks/${name}`);
      ids.add((JSON.parse(text) as { readonly id: string }).id);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return ids;
}

/**
 * Everything the packet filter of a machine holds that is not ours, as
 * nft(8) writes it.
 */
export function foreignRules(machine: Fd): string {
  const text = runIn(machine, "nft", "list", "ruleset");
  return text.replace(/^table inet tsdocker\S* \{\n(?:.*\n)*?\}\n/gm, "");
}
