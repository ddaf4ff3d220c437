/**
 * What a container's configuration says of its networks. Types only: the file
 * is JSON, so addresses and ports are texts in it.
 *
 * @module
 */
import type { NetworkMode } from "./network_mode.ts";

/** A network that a container is connected to while it runs. */
export interface EndpointConfig {
  /** The network's id. */
  readonly network: string;
  /** The network's name, which never changes. */
  readonly networkName: string;
  /** Names it has there besides its own. */
  readonly aliases: readonly string[];
  /** The address it wants, such as `172.17.0.9`; absent: any. */
  readonly ip?: string;
  /** As `ip`, of IPv6. */
  readonly ip6?: string;
  /** Such as `02:42:ac:11:00:02`; absent: made of its address. */
  readonly macAddress?: string;
}

/** Which name servers it asks; what is absent is as on the host. */
export interface DnsConfig {
  readonly servers?: readonly string[];
  /** A single `.` is for none. */
  readonly search?: readonly string[];
  readonly options?: readonly string[];
}

/** All that a configuration says of networks; absent fields say nothing. */
export interface NetworkConfig {
  readonly network: NetworkMode;
  /** What the one of `container:` was called when this one was created. */
  readonly networkOwner?: string;
  /** Only if `network` is `connected`; the first one is the way out. */
  readonly networks?: readonly EndpointConfig[];
  /** As `-p` takes them, each with a protocol: `8080:80/tcp`, `:80/udp`. */
  readonly publish?: readonly string[];
  /** Whether `-P` has published what is exposed; those are in `publish`. */
  readonly publishAll?: boolean;
  readonly dns?: DnsConfig;
  /** `NAME:ADDRESS` texts, where `host-gateway` is an address. */
  readonly extraHosts?: readonly string[];
}
