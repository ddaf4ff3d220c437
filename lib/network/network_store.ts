/**
 * Networks on disk: a record each, named as they are. Who makes the link with
 * the name has made the network.
 *
 * @module
 */
import { readTextFileIfExists, writeSynced } from "../base/atomic_file.ts";
import { IntegrityError } from "../base/errors.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { namesIn } from "../base/names_in.ts";

type Store = Pick<HostPaths, "networks">;

/** How containers of a network are connected. */
export type NetworkDriver = "bridge" | "macvlan" | "ipvlan";

/** Addresses of a network, as text. */
export interface SubnetRecord {
  /** `10.0.0.0/24`. */
  readonly subnet: string;
  readonly gateway: string;
  /** The part of it that containers get addresses of; all of it if absent. */
  readonly range?: string;
  /** What somebody else has on its wire, by name; no container gets them. */
  readonly auxiliary?: Readonly<Record<string, string>>;
  /**
   * Nobody has asked for it: it is there for published ports to be reached at
   * `::1`, and not what scripts expect to find.
   */
  readonly implied?: true;
}

/** What is known of a network. */
export interface NetworkRecord {
  /** 64 hex digits. */
  readonly id: string;
  readonly name: string;
  readonly driver: NetworkDriver;
  /** Milliseconds since the epoch. */
  readonly createdMs: number;
  /** The bridge's name, or that of the device below. */
  readonly device: string;
  /** Whether its containers reach the world. */
  readonly access: "world" | "internal";
  readonly subnets: readonly SubnetRecord[];
  readonly labels: Readonly<Record<string, string>>;
  /** Options of the driver. */
  readonly options: Readonly<Record<string, string>>;
  /** What docker would let services have; it means nothing here. */
  readonly attachable?: true;
}

const SUFFIX = ".json";

/**
 * Writes a network down, unless there is one of the name.
 *
 * @returns Whether it has been.
 */
export function publishNetwork(
  { networks }: Store,
  record: NetworkRecord,
): boolean {
  Deno.mkdirSync(networks, { recursive: true, mode: 0o700 });
  const temporary = `${networks}/.new-${record.id}`;
  writeSynced(temporary, JSON.stringify(record));
  try {
    // Unlike a rename, a link never replaces what is there.
    Deno.linkSync(temporary, pathOf(networks, record.name));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  } finally {
    Deno.removeSync(temporary);
  }
}

/** The names of all networks, in order; of damaged ones too. */
export function listNetworkNames({ networks }: Store): string[] {
  return namesIn(networks)
    .filter((name) => name.endsWith(SUFFIX) && !name.startsWith("."))
    .map((name) => name.slice(0, -SUFFIX.length))
    .toSorted();
}

/**
 * Reads what is known of a network.
 *
 * @returns `undefined` if there is none.
 * @throws {IntegrityError} If its record is damaged.
 */
export function readNetwork(
  { networks }: Store,
  name: string,
): NetworkRecord | undefined {
  const path = pathOf(networks, name);
  const text = readTextFileIfExists(path);
  if (text === undefined) return undefined;
  const damaged = (cause?: unknown): IntegrityError =>
    new IntegrityError(`The record of network "${name}" is damaged`, {
      cause,
      advice: `remove it, and create the network again: ${path}`,
    });
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch (cause) {
    throw damaged(cause);
  }
  throw damaged();
}

/** What is missing where others look for it would fail there. */
function isRecord(value: unknown): value is NetworkRecord {
  if (typeof value !== "object" || value === null) return false;
  const { createdMs, subnets, labels, options, ...texts } = value as Partial<
    NetworkRecord
  >;
  const { id, name, driver, device, access } = texts;
  return [id, name, driver, device, access]
    .every((text) => typeof text === "string") &&
    typeof createdMs === "number" && typeof labels === "object" &&
    typeof options === "object" && Array.isArray(subnets);
}

/** Forgets a network; a missing one is forgotten already. */
export function forgetNetwork({ networks }: Store, name: string): void {
  try {
    Deno.removeSync(pathOf(networks, name));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function pathOf(networks: string, name: string): string {
  return `${networks}/${name}${SUFFIX}`;
}
