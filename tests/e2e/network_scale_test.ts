/**
 * Many containers on one bridge: addresses that none has twice, and names of
 * all. `make faults` takes as many as 200.
 *
 * @module
 */
import assert from "node:assert/strict";
import { IMAGE } from "../support/cli.ts";
import { networkTest } from "../support/network_place.ts";

/** How many containers there are. */
const COUNT = Number(Deno.env.get("NETWORK_CONTAINERS") ?? 12);

/** How many are started at the same time. */
const AT_ONCE = Math.ceil(COUNT / 4);

networkTest(
  `${COUNT} containers, ${AT_ONCE} started at once, have addresses of their own`,
  async (network) => {
    await network.print("network", "create", "--subnet", "10.7.0.0/24", "one");
    const names = Array.from({ length: COUNT }, (_, index) => `c${index}`);
    const addresses = new Map<string, string>();
    const ports = new Set<string>();
    const waiting = [...names];
    const start = async (): Promise<void> => {
      for (let name = waiting.pop(); name; name = waiting.pop()) {
        await network.print(
          ...["run", "-d", "--name", name, "--network", "one", "-p", "80"],
          ...[IMAGE, "sleep", "1000"],
        );
        const container = await network.look(name);
        addresses.set(network.addressOf(container), name);
        ports.add(await network.print("port", name));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, start));
    assert.equal(addresses.size, COUNT);
    assert.equal(ports.size, COUNT);
    // Each knows all others, whoever came first.
    for (const name of ["c0", `c${COUNT - 1}`]) {
      const hosts = await network.exec(name, "cat", "/etc/hosts");
      for (const [address, other] of addresses) {
        assert.ok(
          hosts.includes(`${address}\t${other} `) ||
            hosts.includes(`${address}\t`) && name === other,
          hosts,
        );
      }
    }
    const last = `c${COUNT - 1}`;
    await network.exec("c0", "ping", "-c1", "-W5", last);
    await network.remove(...names);
  },
);
