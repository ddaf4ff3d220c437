/**
 * `tsdocker network connect`: one more network for a container.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { connectNetwork } from "../../../engine/networks/connect_network.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";

/** The command `network connect`. */
export const networkConnectCommand = defineCommand({
  summary: "Connect a container to a network",
  description: "A container that runs is connected at once, and is known by " +
    "its names there. Its way out, and with it where its published ports " +
    "lead, stays as it is if it has one.",
  positionals: [{ name: "NETWORK" }, { name: "CONTAINER" }],
  flags: {
    alias: {
      type: "list",
      long: "alias",
      description: "Give it another name in the network",
    },
    ip: {
      type: "string",
      long: "ip",
      placeholder: "address",
      description: "Its IPv4 address, such as 172.30.100.104",
    },
    ip6: {
      type: "string",
      long: "ip6",
      placeholder: "address",
      description: "Its IPv6 address, such as 2001:db8::33",
    },
    macAddress: {
      type: "string",
      long: "mac-address",
      placeholder: "address",
      description: "Its hardware address, such as 92:d0:c6:0a:29:33",
    },
  },
  examples: [{
    line: "network connect --alias db blue web",
    purpose: "connects web to blue, where it is known as db, too",
  }],
}, async ({ options, positionals }, context) => {
  const [network = "", container = ""] = positionals;
  const { alias: aliases, ...addresses } = options;
  const engine = engineOf(context);
  await settle(engine);
  await connectNetwork(engine, { network, container, aliases, ...addresses });
  return 0;
});
