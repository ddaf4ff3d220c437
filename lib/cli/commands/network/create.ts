/**
 * `tsdocker network create`: makes a network.
 *
 * @module
 */
import { UsageError } from "../../../base/errors.ts";
import { createNetwork } from "../../../engine/networks/create_network.ts";
import { hostOverlap } from "../../../engine/networks/host_overlap.ts";
import { NetlinkSocket } from "../../../network/netlink/netlink_socket.ts";
import type { NetworkRecord } from "../../../network/network_store.ts";
import { routedSubnets } from "../../../network/routed_subnets.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { engineOf } from "../../engine.ts";

/** What docker has for swarms; known, to be refused by what it is. */
const SWARM_FLAGS = {
  ingress: {
    type: "boolean",
    long: "ingress",
    description: "Only docker's swarms have such a network",
    hidden: true,
  },
  configOnly: {
    type: "boolean",
    long: "config-only",
    description: "Only docker's swarms have such a network",
    hidden: true,
  },
  configFrom: {
    type: "string",
    long: "config-from",
    description: "Only docker's swarms have such a network",
    hidden: true,
  },
} as const;

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
    auxAddress: {
      type: "list",
      long: "aux-address",
      placeholder: "NAME=ADDRESS",
      description: "An address that something else has: no container gets it",
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
    attachable: {
      type: "boolean",
      long: "attachable",
      description: "As in docker for services: only noted",
      hidden: true,
    },
    ipamDriver: {
      type: "string",
      long: "ipam-driver",
      default: "default",
      description: "Who gives addresses away: only default",
      hidden: true,
    },
    scope: {
      type: "string",
      long: "scope",
      default: "local",
      description: "Where it is: only local",
      hidden: true,
    },
    ...SWARM_FLAGS,
  },
  examples: [{
    line: "network create --subnet 192.168.10.1/24 testbridge",
    purpose: "makes a network whose gateway is 192.168.10.1",
  }],
}, ({ options, positionals: [name = ""] }, context) => {
  assertLocal(options);
  const { paths } = engineOf(context);
  const isChosen = options.subnet.length === 0;
  const network = createNetwork(paths, {
    name,
    driver: options.driver,
    subnets: options.subnet,
    gateways: options.gateway,
    ranges: options.ipRange,
    auxiliaries: options.auxAddress,
    access: options.internal ? "internal" : "world",
    ...(options.ipv6 === undefined
      ? {}
      : { ipv6: options.ipv6 === "true" ? "asked" : "none" }),
    labels: options.label,
    options: options.opt,
    ...(options.attachable ? { attachable: true } : {}),
  }, isChosen ? routedSubnets() : []);
  if (!isChosen) warnOfOverlap(network, context);
  context.stdout.write(`${network.id}\n`);
  return 0;
});

/** @throws {UsageError} If it is to be more than one host's. */
function assertLocal(
  { scope, ipamDriver, ingress, configOnly, configFrom }: {
    readonly scope: string;
    readonly ipamDriver: string;
    readonly ingress: boolean;
    readonly configOnly: boolean;
    readonly configFrom?: string;
  },
): void {
  if (ipamDriver !== "default") {
    throw new UsageError(
      `invalid IPAM driver "${ipamDriver}": there is only default`,
    );
  }
  const [flag] = [
    ...(scope === "local" ? [] : [`--scope ${scope}`]),
    ...(ingress ? ["--ingress"] : []),
    ...(configOnly ? ["--config-only"] : []),
    ...(configFrom === undefined ? [] : ["--config-from"]),
  ];
  if (flag === undefined) return;
  throw new UsageError(
    `${flag} is for the networks of a swarm: this one is of this host alone`,
    { advice: `network create without ${flag}` },
  );
}

/** As in docker, the user's subnet counts, whatever else is there. */
function warnOfOverlap(
  network: NetworkRecord,
  { log }: Pick<CommandContext, "log">,
): void {
  using links = NetlinkSocket.openRoute();
  const overlap = hostOverlap(links, network);
  if (overlap !== undefined) log.warn(overlap);
}
