/**
 * What an engine puts on its host for a container: rules and processes.
 *
 * @module
 * @see libnftables-json(5)
 */
import type { Fd } from "../../../ffi/fd.ts";
import { read } from "./contender.ts";
import { memoryOf } from "./monitors.ts";

/** What there is in a host's network namespace. */
export interface Burden {
  readonly rules: number;
  /** Of the sets and maps that rules look things up in. */
  readonly elements: number;
  /** The processes there: those in containers have namespaces of their own. */
  readonly pids: ReadonlySet<string>;
}

/** Counts what there is. */
export async function burdenOf(host: Fd): Promise<Burden> {
  const text = await read({
    program: "nft",
    args: ["-j", "list", "ruleset"],
    network: host,
  });
  return { ...countRules(text), pids: await processesIn(host) };
}

/** What `nft -j` prints, as far as we look at it. */
interface Ruleset {
  readonly nftables: readonly {
    readonly rule?: unknown;
    readonly set?: { readonly elem?: readonly unknown[] };
    readonly map?: { readonly elem?: readonly unknown[] };
  }[];
}

/**
 * Counts rules and elements in what `nft -j list ruleset` prints.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const text = '{"nftables": [{"rule": {}}, {"map": {"elem": [[1, 2]]}}]}';
 * assert.deepEqual(countRules(text), { rules: 1, elements: 1 });
 * ```
 */
export function countRules(text: string): Pick<Burden, "rules" | "elements"> {
  const { nftables }: Ruleset = JSON.parse(text);
  const elements = nftables.map(({ set, map }) =>
    (set?.elem?.length ?? 0) + (map?.elem?.length ?? 0)
  );
  return {
    rules: nftables.filter(({ rule }) => rule !== undefined).length,
    elements: elements.reduce((sum, count) => sum + count, 0),
  };
}

async function processesIn(host: Fd): Promise<Set<string>> {
  const inode = (path: string): Promise<number | null | undefined> =>
    Deno.stat(path).then(({ ino }) => ino, () => undefined);
  const own = await inode(host.path);
  const found = new Set<string>();
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    if (await inode(`/proc/${name}/ns/net`) === own) found.add(name);
  }
  return found;
}

/** What processes have of their own of the memory, and have written to, in MB. */
export async function memoryMb(pids: Iterable<string>): Promise<number> {
  let bytes = 0;
  for (const pid of pids) {
    try {
      bytes += (await memoryOf(pid)).dirtyBytes;
    } catch (error) {
      // It has ended: not one that is there for the container.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return bytes / 1e6;
}
