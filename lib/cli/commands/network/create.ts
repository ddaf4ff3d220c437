/**
 * `tsdocker network create`: makes a network.
 *
 * @module
 */
import { createNetwork } from "../../../engine/networks/create_network.ts";
import { routedSubnets } from "../../../network/routed_subnets.ts";
import { defineCommand } from "../../command.ts";
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
      type: "boolean",
      long: "ipv6",
      description: "Give it a subnet of IPv6 too",
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
  const { id } = createNetwork(paths, {
    name,
    driver: options.driver,
    subnets: options.subnet,
    gateways: options.gateway,
    ranges: options.ipRange,
    access: options.internal ? "internal" : "world",
    versions: options.ipv6 ? "dual" : "asked",
    labels: options.label,
    options: options.opt,
  }, options.subnet.length > 0 ? [] : routedSubnets());
  context.stdout.write(`${id}\n`);
  return 0;
});
