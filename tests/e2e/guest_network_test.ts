/**
 * Networks in short, for guests, where everything takes long: what depends on
 * the kernel and its packet filter.
 *
 * @module
 */
import assert from "node:assert/strict";
import { IMAGE } from "../support/cli.ts";
import { MACHINE, networkTest, OUTSIDE } from "../support/network_place.ts";
import { PeerServer } from "../support/peer_server.ts";

networkTest(
  "a container is reached by a port and by name, and reaches the world",
  async (network) => {
    await network.print(
      ...["network", "create", "--subnet", "10.7.0.0/24"],
      ...["--subnet", "fd00:7::/64", "one"],
    );
    const ports = ["-p", "8080:7000", "-p", "8080:7000/udp"];
    const web = await network.up("web", "--network", "one", ...ports);
    {
      await using inside = new PeerServer(web.namespace, 7000);
      await using outside = new PeerServer(network.outside, 7000);
      for (const protocol of ["tcp", "udp"] as const) {
        const to = { protocol, port: 8080 };
        assert.deepEqual(
          await Promise.all([
            inside.ask(network.outside, { ...to, address: MACHINE[4] }),
            inside.ask(network.outside, { ...to, address: MACHINE[6] }),
            inside.ask(network.machine, { ...to, address: "127.0.0.1" }),
            inside.ask(network.machine, { ...to, address: "::1" }),
            inside.ask(web.namespace, { ...to, address: MACHINE[4] }),
            outside.ask(web.namespace, {
              ...{ protocol, port: 7000, address: OUTSIDE[4] },
            }),
            outside.ask(web.namespace, {
              ...{ protocol, port: 7000, address: OUTSIDE[6] },
            }),
          ]),
          [
            ...[OUTSIDE[4], OUTSIDE[6], "10.7.0.1", "fd00:7::1", "10.7.0.1"],
            ...[MACHINE[4], MACHINE[6]],
          ],
          protocol,
        );
      }
    }
    await network.print(
      ...["run", "--rm", "--network", "one", IMAGE],
      ...["ping", "-4", "-c1", "-W5", "web"],
    );
    await network.remove("web");
  },
);
