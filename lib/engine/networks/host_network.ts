/**
 * Conversations with the kernel about the host's network: its devices and
 * addresses, and our table of its packet filter.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { KernelNetwork } from "../../network/bridge_network.ts";
import { explainFilter } from "../../network/missing_filter.ts";
import { NetlinkSocket } from "../../network/netlink/netlink_socket.ts";
import { type OwnTable, ownTableName } from "../../network/own_table_name.ts";

/** How long the kernel takes at most to put removed rules away: about 20 ms. */
const PUT_AWAY_MS = 200;

/** Both conversations; disposing of it ends them. */
export class HostNetwork implements KernelNetwork, Disposable {
  readonly links: NetlinkSocket;
  readonly table: OwnTable;

  /**
   * Begins them, in the network namespace of the calling thread.
   *
   * @throws {HostError} If the kernel has no netfilter.
   */
  constructor({ runRoot }: Pick<HostPaths, "runRoot">) {
    using undo = new DisposableStack();
    this.links = undo.use(NetlinkSocket.openRoute());
    const filter = undo.use(openFilter());
    this.table = { filter, name: ownTableName(runRoot) };
    undo.move();
  }

  /**
   * Ends them when the kernel has put away the rules that were removed, or with
   * this process. Ending them before that would wait for it.
   */
  endLater(): void {
    Deno.unrefTimer(setTimeout(() => this[Symbol.dispose](), PUT_AWAY_MS));
  }

  [Symbol.dispose](): void {
    this.table.filter[Symbol.dispose]();
    this.links[Symbol.dispose]();
  }
}

function openFilter(): NetlinkSocket {
  try {
    return NetlinkSocket.openNetfilter();
  } catch (error) {
    throw explainFilter(error);
  }
}
