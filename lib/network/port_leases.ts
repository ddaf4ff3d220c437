/**
 * Which container has which of this machine's ports: a symbolic link for each
 * publication, leading to the container's id. As ranges may overlap, one looks
 * and takes under a lock.
 *
 * @module
 */
import { ConflictError } from "../base/errors.ts";
import { namesIn } from "../base/names_in.ts";
import { lockDirectory } from "./directory_lock.ts";
import type { HostPort, PortHolder } from "./host_ports.ts";
import { ownerOf } from "./lease_owners.ts";
import {
  formatIpAddress,
  type IpAddress,
  isSameAddress,
  isUnspecified,
  parseIpAddress,
} from "./ip_address.ts";
import {
  formatHostAddress,
  formatPorts,
  portCount,
  type PortPublication,
  type PortRange,
  PROTOCOLS,
  type SettledPublication,
} from "./port_publication.ts";

/** Ports of this machine that a container has. */
export interface PortLease extends Pick<SettledPublication, "hostPorts"> {
  readonly protocol: PortPublication["protocol"];
  readonly hostAddress?: IpAddress;
  readonly owner: string;
}

/** What is known of this machine's own programs. */
export interface HostPorts {
  readonly isFree: (port: HostPort) => boolean;
  readonly findHolder: (port: HostPort) => PortHolder | undefined;
  /** What its user calls the owner of a lease. */
  readonly nameOf: (owner: string) => string;
}

/** Where ports come from that nobody has asked for by number. */
const CHOSEN: PortRange = { first: 32768, last: 60999 };

/** The ports of all containers. */
export class PortLeases {
  readonly #directory: string;

  /** @param directory Holds nothing else; made with the first lease. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** All leases, in no order. */
  list(): PortLease[] {
    return namesIn(this.#directory).flatMap((name) => {
      const ports = parseName(name);
      const owner = ownerOf(`${this.#directory}/${name}`);
      return ports === undefined || owner === undefined
        ? []
        : [{ ...ports, owner }];
    });
  }

  /**
   * Takes the ports a container publishes: all, or none.
   *
   * @param owner The container's id.
   * @returns The publications with the ports that were chosen.
   * @throws {ConflictError} If one is taken; it says by whom.
   */
  claim(
    owner: string,
    publications: readonly PortPublication[],
    host: HostPorts,
  ): SettledPublication[] {
    if (publications.length === 0) return [];
    using _lock = lockDirectory(this.#directory);
    const settled = settleAll(publications, this.list(), { owner, host });
    for (const one of settled) this.#write(one, owner);
    return settled;
  }

  /**
   * Gives a container other ports than it has: all, or none. Those it has may
   * be among the others.
   *
   * @throws {ConflictError} If one is taken; then it keeps what it has.
   */
  replace(
    owner: string,
    publications: readonly PortPublication[],
    host: HostPorts,
  ): SettledPublication[] {
    using _lock = lockDirectory(this.#directory);
    const all = this.list();
    const others = all.filter((lease) => lease.owner !== owner);
    const settled = settleAll(publications, others, { owner, host });
    const kept = new Set(settled.map(nameOf));
    const had = new Set(
      all.filter((lease) => lease.owner === owner).map(nameOf),
    );
    for (const one of settled) {
      if (!had.has(nameOf(one))) this.#write(one, owner);
    }
    for (const name of had) {
      if (!kept.has(name)) Deno.removeSync(`${this.#directory}/${name}`);
    }
    return settled;
  }

  #write(claim: Claim, owner: string): void {
    Deno.symlinkSync(owner, `${this.#directory}/${nameOf(claim)}`);
  }

  /** Gives up all ports of a container. */
  release(owner: string): void {
    this.#releaseAll((lease) => lease.owner === owner);
  }

  /**
   * Gives up the ports of all containers that are gone.
   *
   * @returns What was given up.
   */
  releaseAbandoned(isAlive: (owner: string) => boolean): PortLease[] {
    return this.#releaseAll((lease) => !isAlive(lease.owner));
  }

  #releaseAll(isOver: (lease: PortLease) => boolean): PortLease[] {
    if (!this.list().some(isOver)) return [];
    using _lock = lockDirectory(this.#directory);
    const over = this.list().filter(isOver);
    for (const lease of over) {
      Deno.removeSync(`${this.#directory}/${nameOf(lease)}`);
    }
    return over;
  }
}

/** What is asked of the host, the container's side aside. */
type Claim = Omit<PortLease, "owner">;

const ANY_ADDRESS = "any";

/** `tcp_8080-8090_127.0.0.1`, as the link is named. */
function nameOf({ protocol, hostPorts, hostAddress }: Claim): string {
  const at = hostAddress === undefined
    ? ANY_ADDRESS
    : formatIpAddress(hostAddress);
  return `${protocol}_${hostPorts.first}-${hostPorts.last}_${at}`;
}

function parseName(name: string): Claim | undefined {
  const [, written, first, last, at = ""] =
    /^([a-z]+)_(\d+)-(\d+)_(.+)$/.exec(name) ?? [];
  const protocol = PROTOCOLS.find((one) => one === written);
  if (protocol === undefined) return undefined;
  const hostPorts = { first: Number(first), last: Number(last) };
  if (at === ANY_ADDRESS) return { protocol, hostPorts };
  const hostAddress = parseIpAddress(at);
  return hostAddress && { protocol, hostPorts, hostAddress };
}

/** Who takes ports, and where. */
interface Claimant {
  readonly owner: string;
  readonly host: HostPorts;
}

/** Finds the ports for publications, none of which may have another's. */
function settleAll(
  publications: readonly PortPublication[],
  taken: readonly PortLease[],
  { owner, host }: Claimant,
): SettledPublication[] {
  const leases = [...taken];
  return publications.map((publication) => {
    const settled = settle(publication, leases, { owner, host });
    leases.push({ ...settled, owner });
    return settled;
  });
}

/** Finds the ports for a publication, or says why it cannot have them. */
function settle(
  publication: PortPublication,
  taken: readonly PortLease[],
  { owner, host }: Claimant,
): SettledPublication {
  const { hostPorts: asked, containerPorts } = publication;
  const count = portCount(containerPorts);
  const isFixed = asked !== undefined && portCount(asked) === count;
  if (isFixed) {
    const settled = { ...publication, hostPorts: asked };
    const refusal = refusalOf(settled, taken, { owner, host });
    if (refusal === undefined) return settled;
    throw new ConflictError(`Cannot publish ${describe(settled)}: ${refusal}`, {
      advice: `another port of the host, or a free one: -p ${
        formatPorts(containerPorts)
      }`,
    });
  }
  const range = asked ?? CHOSEN;
  for (let first = range.first; first + count - 1 <= range.last; first++) {
    const hostPorts = { first, last: first + count - 1 };
    const settled = { ...publication, hostPorts };
    if (refusalOf(settled, taken, { owner, host }) === undefined) {
      return settled;
    }
  }
  throw new ConflictError(
    `Cannot publish ${
      formatPorts(containerPorts)
    }/${publication.protocol}: none of the ports ${formatPorts(range)} is free`,
  );
}

/**
 * Who has one of the ports, if anybody; first in docker's words, which scripts
 * look for.
 */
function refusalOf(
  claim: Claim,
  taken: readonly PortLease[],
  { owner, host: { isFree, findHolder, nameOf } }: Claimant,
): string | undefined {
  const holder = taken.find((lease) => collides(lease, claim));
  if (holder !== undefined) {
    return holder.owner === owner
      ? "port is already allocated: the container itself has it twice"
      : `port is already allocated: container "${nameOf(holder.owner)}" has it`;
  }
  const { protocol, hostAddress, hostPorts } = claim;
  for (let port = hostPorts.first; port <= hostPorts.last; port++) {
    const at = hostAddress === undefined ? {} : { address: hostAddress };
    const one: HostPort = { protocol, port, ...at };
    if (isFree(one)) continue;
    const program = findHolder(one);
    const who = program === undefined
      ? "a program"
      : `"${program.name}" (process ${program.pid})`;
    return `address already in use: ${who} listens on ${port}`;
  }
  return undefined;
}

function collides(one: Claim, other: Claim): boolean {
  return one.protocol === other.protocol &&
    one.hostPorts.first <= other.hostPorts.last &&
    other.hostPorts.first <= one.hostPorts.last &&
    meets(one.hostAddress, other.hostAddress);
}

/** Whether some address is meant by both. */
function meets(one?: IpAddress, other?: IpAddress): boolean {
  if (one === undefined || other === undefined) return true;
  if (one.version !== other.version) return false;
  return isUnspecified(one) || isUnspecified(other) ||
    isSameAddress(one, other);
}

function describe({ hostAddress, hostPorts, protocol }: Claim): string {
  const at = hostAddress === undefined
    ? "0.0.0.0"
    : formatHostAddress(hostAddress);
  return `${at}:${formatPorts(hostPorts)}/${protocol}`;
}
