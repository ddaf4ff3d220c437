/**
 * Notes that the kernel has all of a network, so that the next start of a
 * container need not read its rules.
 *
 * A note names the table that the rules are in, and the bridge. Who empties the
 * packet filter, or removes one of them, makes it wrong: the next ones have
 * other numbers. A table without rules is noticed, and made anew. Who takes
 * single rules away by hand is not.
 *
 * @module
 */
import { readTextFileIfExists, writeSharedFile } from "../base/atomic_file.ts";
import { VERSION } from "../base/build_info.ts";
import { removeFileIfExists } from "../base/remove_file.ts";
import type { KernelNetwork } from "./bridge_network.ts";
import type { NetworkSetup } from "./ensure_network.ts";
import { linkNamed } from "./link/named_link.ts";
import type { NetworkRecord } from "./network_store.ts";
import { isFlushed, tableHandle } from "./own_table_name.ts";

/**
 * The bridge of a network that the kernel has all of.
 *
 * @param directory Of the notes; it need not be there.
 * @returns The bridge's number; `undefined` if something may be missing.
 * @throws {NetlinkError} If the kernel refuses to tell.
 */
export function settledBridge(
  { links, table }: KernelNetwork,
  { id, device }: Pick<NetworkRecord, "id" | "device">,
  directory: string,
): number | undefined {
  const note = readTextFileIfExists(pathOf(directory, id));
  if (note === undefined) return undefined;
  const bridge = linkNamed(links, device);
  if (bridge?.isUp !== true) return undefined;
  const handle = tableHandle(table);
  if (handle === undefined || isFlushed(table)) return undefined;
  const setup = { bridge: bridge.index, table: handle };
  return note === textOf(setup) ? bridge.index : undefined;
}

/** Notes what the kernel has of a network now, if it has all of it. */
export function noteSettled(
  directory: string,
  { id }: Pick<NetworkRecord, "id">,
  setup: Pick<NetworkSetup, "bridge" | "table">,
): void {
  if (setup.table === undefined) return;
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeSharedFile(pathOf(directory, id), textOf(setup));
}

/** Other versions may have other rules. */
function textOf(
  { bridge, table }: Pick<NetworkSetup, "bridge" | "table">,
): string {
  return `${VERSION} ${table} ${bridge}\n`;
}

/** Forgets a network that is gone. */
export function forgetSettled(directory: string, network: string): void {
  removeFileIfExists(pathOf(directory, network));
}

function pathOf(directory: string, network: string): string {
  return `${directory}/${network}`;
}
