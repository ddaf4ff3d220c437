/**
 * The flags of `run` and `create` that say how a container is reached, and what
 * it reaches.
 *
 * @module
 */
import type { FlagTable } from "../../flag.ts";

const NETWORK = "Network";

/** By the names that `NetworkingOptions` gives them. */
export const NETWORK_FLAGS = {
  networks: {
    type: "list",
    long: "network",
    aliases: ["net"],
    words: ["net"],
    section: NETWORK,
    description: "Connect it: bridge (default), NAME[:ip=…,alias=…], none, " +
      "host, container:NAME or ns:PATH",
  },
  networkAliases: {
    type: "list",
    long: "network-alias",
    aliases: ["net-alias"],
    section: NETWORK,
    description: "Give it another name in its network",
  },
  ip: {
    type: "string",
    long: "ip",
    placeholder: "address",
    section: NETWORK,
    description: "Its IPv4 address, such as 172.30.100.104",
  },
  ip6: {
    type: "string",
    long: "ip6",
    placeholder: "address",
    section: NETWORK,
    description: "Its IPv6 address, such as 2001:db8::33",
  },
  macAddress: {
    type: "string",
    long: "mac-address",
    placeholder: "address",
    section: NETWORK,
    description: "Its hardware address, such as 92:d0:c6:0a:29:33",
  },
  publish: {
    type: "list",
    long: "publish",
    short: "p",
    section: NETWORK,
    description: "Publish ports to the host: " +
      "[[ADDRESS:][HOST]:]CONTAINER[/tcp|udp|sctp]",
  },
  publishAll: {
    type: "boolean",
    long: "publish-all",
    short: "P",
    section: NETWORK,
    description: "Publish all exposed ports, at free ports of the host",
  },
  expose: {
    type: "list",
    long: "expose",
    section: NETWORK,
    description: "Expose ports besides the image's: PORT[-LAST][/udp]",
  },
  dns: {
    type: "list",
    long: "dns",
    section: NETWORK,
    description: "Ask this name server, not the host's",
  },
  dnsSearch: {
    type: "list",
    long: "dns-search",
    section: NETWORK,
    description: "Complete names with this domain; . with none",
  },
  dnsOptions: {
    type: "list",
    long: "dns-option",
    aliases: ["dns-opt"],
    section: NETWORK,
    description: "Set an option of the resolver, such as ndots:2",
  },
  addHosts: {
    type: "list",
    long: "add-host",
    section: NETWORK,
    description: "Add a line to /etc/hosts: NAME:ADDRESS; " +
      "host-gateway is the host",
  },
} as const satisfies FlagTable;
