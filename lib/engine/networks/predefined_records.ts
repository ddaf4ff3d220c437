/**
 * What lists tell of the networks that are there without having been made:
 * `host` and `none` always, `bridge` until its first use writes it down.
 *
 * @module
 */
import type {
  NetworkDriver,
  NetworkRecord,
} from "../../network/network_store.ts";

/** A network as lists show it: one of ours, or one that is none. */
export interface ListedNetwork extends Omit<NetworkRecord, "driver"> {
  readonly driver: NetworkDriver | "host" | "null";
}

/**
 * Ids that never change, as nobody has made these networks: the SHA-256 of
 * their names.
 */
export const PREDEFINED_IDS = {
  bridge: "17f29b073143d8cd97b5bbe492bdeffec1c5fee55cc1fe2112c8b9335f8b6121",
  host: "4740ae6347b0172c01254ff55bae5aff5199f4446e7f6d643d40185b3f475145",
  none: "140bedbf9c3f6d56a9846d2ba7088798683f4da0c248231336e6a05679e4fdfe",
} as const;

/** They have been there since ever, and have no device or address. */
const NOTHING = {
  createdMs: 0,
  device: "",
  access: "world",
  subnets: [],
  labels: {},
  options: {},
} as const;

/** The networks that need no making, in the order of their names. */
export const PREDEFINED_RECORDS: readonly ListedNetwork[] = [
  { ...NOTHING, id: PREDEFINED_IDS.bridge, name: "bridge", driver: "bridge" },
  { ...NOTHING, id: PREDEFINED_IDS.host, name: "host", driver: "host" },
  { ...NOTHING, id: PREDEFINED_IDS.none, name: "none", driver: "null" },
];
