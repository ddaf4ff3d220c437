/**
 * When the rules of a network need not be read.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Fd } from "../../../ffi/fd.ts";
import type { KernelNetwork } from "../../../lib/network/bridge_network.ts";
import { ensureNetwork } from "../../../lib/network/ensure_network.ts";
import {
  linkNamed,
  removeDevice,
} from "../../../lib/network/link/named_link.ts";
import { NetlinkSocket } from "../../../lib/network/netlink/netlink_socket.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import type { NetworkRecord } from "../../../lib/network/network_store.ts";
import { changeLink } from "../../../lib/network/link/link_requests.ts";
import { presentRules } from "../../../lib/network/own_filter.ts";
import { isFlushed, OWN_TABLE } from "../../../lib/network/own_table_name.ts";
import { performBatch } from "../../../lib/network/nftables/batch.ts";
import {
  emptyChain,
  removeTable,
} from "../../../lib/network/nftables/table_requests.ts";
import {
  forgetSettled,
  noteSettled,
  settledBridge,
} from "../../../lib/network/settled_network.ts";
import { makeNetworkNamespace } from "../../support/network_namespace.ts";
import { rootTest } from "../../support/root.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

function networkOf(digit: string): NetworkRecord {
  return {
    id: digit.repeat(64),
    name: digit,
    driver: "bridge",
    createdMs: 0,
    device: `tsd-${digit}`,
    access: "world",
    subnets: [{ subnet: `10.7.${digit}.0/24`, gateway: `10.7.${digit}.1` }],
    labels: {},
    options: {},
  };
}

const [ONE, OTHER] = [networkOf("1"), networkOf("2")];

/** A machine of the test's own, and a place for notes. */
class Machine implements Disposable {
  readonly #stack = new DisposableStack();
  readonly host: Fd = this.#stack.use(makeNetworkNamespace());
  readonly kernel: KernelNetwork = withinNetwork(this.host, () => ({
    links: this.#stack.use(NetlinkSocket.openRoute()),
    table: {
      filter: this.#stack.use(NetlinkSocket.openNetfilter()),
      name: OWN_TABLE,
    },
  }));
  readonly #place = this.#stack.use(new TemporaryDirectory());
  readonly notes = `${this.#place.path}/notes`;

  /** Makes all of a network, and notes it. */
  settle(network: NetworkRecord): number {
    const setup = withinNetwork(
      this.host,
      () => ensureNetwork(this.kernel, network, new Set([4])),
    );
    noteSettled(this.notes, network, setup);
    return setup.bridge;
  }

  isSettled(network: NetworkRecord): boolean {
    return settledBridge(this.kernel, network, this.notes) !== undefined;
  }

  /** As `nft delete table` does it. */
  removeTable(): void {
    const { filter, name } = this.kernel.table;
    performBatch(filter, "remove the table", [removeTable(name)]);
  }

  /** As `nft flush table` does it. */
  flushTable(): void {
    const { filter, name } = this.kernel.table;
    const chains = new Set(
      presentRules(this.kernel.table).map(({ chain }) => chain),
    );
    const requests = [...chains].map((chain) => emptyChain(name, chain));
    performBatch(filter, "flush the table", requests);
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

rootTest("settledBridge() knows a network that has been made", () => {
  using machine = new Machine();
  assert.ok(!machine.isSettled(ONE));
  const bridge = machine.settle(ONE);
  assert.equal(settledBridge(machine.kernel, ONE, machine.notes), bridge);
  assert.ok(!machine.isSettled(OTHER));
  forgetSettled(machine.notes, ONE.id);
  forgetSettled(machine.notes, ONE.id);
  assert.ok(!machine.isSettled(ONE));
});

rootTest(
  "settledBridge() notices that the filter was emptied, even if another network's start has made the table again",
  () => {
    using machine = new Machine();
    machine.settle(ONE);
    machine.settle(OTHER);
    machine.removeTable();
    assert.ok(!machine.isSettled(ONE));
    machine.settle(OTHER);
    assert.ok(machine.isSettled(OTHER));
    assert.ok(!machine.isSettled(ONE));
    machine.settle(ONE);
    assert.ok(machine.isSettled(ONE));
  },
);

rootTest(
  "settledBridge() notices that the table was flushed, which is made anew",
  () => {
    using machine = new Machine();
    const { table } = machine.kernel;
    machine.settle(ONE);
    machine.settle(OTHER);
    const before = presentRules(table);
    assert.ok(!isFlushed(table));
    machine.flushTable();
    assert.ok(isFlushed(table));
    assert.deepEqual(presentRules(table), []);
    assert.ok(!machine.isSettled(ONE));
    machine.settle(OTHER);
    assert.ok(machine.isSettled(OTHER));
    assert.ok(!machine.isSettled(ONE));
    machine.settle(ONE);
    assert.ok(machine.isSettled(ONE));
    const texts = (rules: typeof before): string[] =>
      rules.map(({ chain, owner }) => `${chain} ${owner}`).sort();
    assert.deepEqual(texts(presentRules(table)), texts(before));
  },
);

rootTest(
  "settledBridge() notices a bridge that is gone, down, or another one",
  () => {
    using machine = new Machine();
    const { links } = machine.kernel;
    const index = machine.settle(ONE);
    links.perform(changeLink(index, { state: "down" }));
    assert.ok(!machine.isSettled(ONE));
    links.perform(changeLink(index, { state: "up" }));
    assert.ok(machine.isSettled(ONE));
    removeDevice(links, ONE.device);
    assert.ok(!machine.isSettled(ONE));
    const { id } = OTHER;
    withinNetwork(
      machine.host,
      () => ensureNetwork(machine.kernel, { ...ONE, id }, new Set([4])),
    );
    assert.ok(linkNamed(links, ONE.device)?.isUp);
    assert.ok(!machine.isSettled(ONE));
  },
);
