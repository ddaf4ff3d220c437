/**
 * The traffic of containers that have a network namespace of their own.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Fd } from "../../../ffi/fd.ts";
import { readTraffic } from "../../../lib/engine/containers/sample.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import {
  connectsFrom,
  makeNetworkNamespace,
  runIn,
} from "../../support/network_namespace.ts";
import { rootTest } from "../../support/root.ts";

rootTest(
  "readTraffic() is that of the namespace, whoever is in it",
  async () => {
    using home = makeNetworkNamespace();
    using peer = makeNetworkNamespace();
    await using one = sleepIn(home);
    await using other = sleepIn(home);
    await using opposite = sleepIn(peer);
    assert.deepEqual(readTraffic(one.pid), { receivedBytes: 0, sentBytes: 0 });
    const line = `link add eth0 type veth peer name eth0 netns ${opposite.pid}`;
    runIn(home, "ip", ...line.split(" "));
    // Nothing else is to be sent than what is asked for.
    for (const [namespace, address] of [[home, 1], [peer, 2]] as const) {
      runIn(namespace, "ip", ..."link set eth0 addrgenmode none up".split(" "));
      runIn(
        namespace,
        "ip",
        "addr",
        "add",
        `10.0.0.${address}/24`,
        "dev",
        "eth0",
      );
    }
    assert.ok(!connectsFrom(home, "10.0.0.2", 1));
    const { receivedBytes, sentBytes } = readTraffic(one.pid);
    assert.ok(receivedBytes > 0 && sentBytes > 0);
    assert.deepEqual(readTraffic(other.pid), { receivedBytes, sentBytes });
    assert.deepEqual(readTraffic(opposite.pid), {
      receivedBytes: sentBytes,
      sentBytes: receivedBytes,
    });
  },
);

function sleepIn(namespace: Fd): Deno.ChildProcess {
  return withinNetwork(
    namespace,
    () => new Deno.Command("sleep", { args: ["30"] }).spawn(),
  );
}
