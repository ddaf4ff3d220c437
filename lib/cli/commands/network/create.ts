/**
 * `tsdocker network create`: makes a network.
 *
 * @module
 */
import { createNetwork } from "../../../engine/networks/create_network.ts";
import { hostOverlap } from "../../../engine/networks/host_overlap.ts";
import { NetlinkSocket } from "../../../network/netlink/netlink_socket.ts";
import type { NetworkRecord } from "../../../network/network_store.ts";
import { routedSubnets } from "../../../network/routed_subnets.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { engineOf } from "../../engine.ts";

/** The command `network create`. */
export const networkCreateCommand = defineCommand({
  summary: "Make a network",
  description: "Without --subnet it gets one of 256 addresses that nothing " +
    "on this machine leads to.",
  positionals: [{ name: "NETWORK" }],
  flags: {
    driver: {
      type: "string",
      long: "driver",
      short: "d",
      default: "bridge",
      description: "Kind: bridge, or macvlan and ipvlan with -o parent=DEVICE",
    },
    subnet: {
      type: "list",
      long: "subnet",
      description: "Its addresses: ADDRESS/PREFIX",
    },
    gateway: {
      type: "list",
      long: "gateway",
      description: "The address of the way out, one for each subnet",
    },
    ipRange: {
      type: "list",
      long: "ip-range",
      description: "The part of a subnet that containers get addresses of",
    },
    internal: {
      type: "boolean",
      long: "internal",
      description: "Let nothing out",
    },
    ipv6: {
      type: "string",
      long: "ipv6",
      placeholder: "true|false",
      choices: ["true", "false"],
      implied: "true",
      description:
        "Give it a subnet of IPv6 too, or none (default: a local one)",
    },
    label: {
      type: "list",
      long: "label",
      description: "Note something about it: KEY[=VALUE]",
    },
    opt: {
      type: "list",
      long: "opt",
      short: "o",
      description: "Set an option of its driver: KEY=VALUE",
    },
  },
  examples: [{
    line: "network create --subnet 192.168.10.1/24 testbridge",
    purpose: "makes a network whose gateway is 192.168.10.1",
  }],
}, ({ options, positionals: [name = ""] }, context) => {
  const { paths } = engineOf(context);
  const isChosen = options.subnet.length === 0;
  const network = createNetwork(paths, {
    name,
    driver: options.driver,
    subnets: options.subnet,
    gateways: options.gateway,
    ranges: options.ipRange,
    access: options.internal ? "internal" : "world",
    ...(options.ipv6 === undefined
      ? {}
      : { ipv6: options.ipv6 === "true" ? "asked" : "none" }),
    labels: options.label,
    options: options.opt,
  }, isChosen ? routedSubnets() : []);
  if (!isChosen) warnOfOverlap(network, context);
  context.stdout.write(`${network.id}\n`);
  return 0;
});

/** As in docker, the user's subnet counts, whatever else is there. */
function warnOfOverlap(
  network: NetworkRecord,
  { log }: Pick<CommandContext, "log">,
): void {
  using links = NetlinkSocket.openRoute();
  const overlap = hostOverlap(links, network);
  if (overlap !== undefined) log.warn(overlap);
}
