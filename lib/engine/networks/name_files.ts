/**
 * The texts of a container's `/etc/hosts` and `/etc/resolv.conf`, by where its
 * network comes from. Pure, but for reading the host's files.
 *
 * @module
 * @see ip-netns(8), "/etc/netns"
 */
import { parseExtraHost } from "../../network/extra_host.ts";
import {
  appendHosts,
  formatHosts,
  type HostEntry,
} from "../../network/hosts_file.ts";
import { formatIpAddress } from "../../network/ip_address.ts";
import {
  changedResolvConf,
  type ContainerResolvConf,
  containerResolvConf,
  RESOLV_CONF_FILES,
} from "../../network/resolv_conf.ts";
import type { NetworkConfig } from "./network_config.ts";
import { namespacePath } from "./network_mode.ts";
import { type NetworkState, wayOut } from "./network_state.ts";

/** Reads a file of the host; `undefined` if there is none. */
export type ReadHostFile = (path: string) => string | undefined;

/** What the texts depend on besides the configuration. */
export interface NameFilesInput {
  /** Absent if it is connected to nothing. */
  readonly state: NetworkState | undefined;
  readonly readFile: ReadHostFile;
}

const HOSTS = "/etc/hosts";
const RESOLV_CONF = "/etc/resolv.conf";
/** Where `ip netns add` puts namespaces; the first leads to the second. */
const NAMED_NAMESPACE = /^\/(?:var\/)?run\/netns\/([^/]+)$/;
const LOOPBACK = "127.0.0.1";

/**
 * The text of `/etc/hosts`.
 *
 * With the host's network, and in a namespace that others have made, it is the
 * file that is there for those.
 *
 * @param kept Lines of itself and its neighbours.
 */
export function hostsText(
  config: NetworkConfig,
  { state, readFile }: NameFilesInput,
  kept: string,
): string {
  const told = extraEntries(config, state);
  if (config.network === "host" || namespacePath(config.network)) {
    const text = readNamespaceFile(config, "hosts", readFile) ??
      readFile(HOSTS);
    return text === undefined ? formatHosts(told) : appendHosts(text, told);
  }
  return formatHosts(told, kept);
}

/**
 * The text of `/etc/resolv.conf`, and where its name servers are from.
 *
 * A namespace that others have made is like one of ours, unless there is a
 * file for it: a resolver on the host's loopback is out of its reach.
 */
export function resolvConfText(
  config: NetworkConfig,
  { readFile }: Pick<NameFilesInput, "readFile">,
): ContainerResolvConf {
  const { servers, search, options } = config.dns ?? {};
  const wanted = {
    ...(servers === undefined ? {} : { nameservers: servers }),
    ...(search === undefined ? {} : { search }),
    ...(options === undefined ? {} : { options }),
  };
  const text = config.network === "host"
    ? readFile(RESOLV_CONF) ?? ""
    : readNamespaceFile(config, "resolv.conf", readFile);
  if (text !== undefined) {
    return { text: changedResolvConf(text, wanted), source: "host" };
  }
  const [first, ...others] = RESOLV_CONF_FILES;
  const main = readFile(first);
  const chosen = containerResolvConf([main], wanted);
  // The others are only there for resolvers on the loopback.
  return chosen.source === "public"
    ? containerResolvConf([main, ...others.map(readFile)], wanted)
    : chosen;
}

function readNamespaceFile(
  { network }: NetworkConfig,
  name: string,
  readFile: ReadHostFile,
): string | undefined {
  const [, namespace] = NAMED_NAMESPACE.exec(namespacePath(network) ?? "") ??
    [];
  return namespace === undefined
    ? undefined
    : readFile(`/etc/netns/${namespace}/${name}`);
}

function extraEntries(
  { network, extraHosts = [] }: NetworkConfig,
  state: NetworkState | undefined,
): HostEntry[] {
  return extraHosts.map(parseExtraHost).flatMap(({ name, address }) => {
    const addresses = address === "host-gateway"
      ? hostAddresses(network, state)
      : [formatIpAddress(address)];
    return addresses.map((one) => ({ address: one, names: [name] }));
  });
}

/**
 * Where a container finds this host: at the other end of its way out, which is
 * a bridge of the host; or, with its network, where the host finds itself.
 *
 * None without a way out: the loopback would be the container itself, and what
 * is meant for the host should rather not be found than sent to another.
 */
function hostAddresses(
  network: NetworkConfig["network"],
  state: NetworkState | undefined,
): readonly string[] {
  if (network === "host") return [LOOPBACK];
  return state === undefined ? [] : wayOut(state)?.gateways ?? [];
}
