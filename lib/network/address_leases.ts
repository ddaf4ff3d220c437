/**
 * Who has which address of a network: a symbolic link for each, named like the
 * address and leading to its owner's id. To make one is to claim it, which the
 * file system grants once.
 *
 * @module
 * @see symlink(2), flock(2)
 */
import { ConflictError } from "../base/errors.ts";
import { namesIn } from "../base/names_in.ts";
import {
  type AddressPool,
  isAssignable,
  nextFreeAddress,
} from "./address_pool.ts";
import { lockDirectory } from "./directory_lock.ts";
import {
  formatIpAddress,
  type IpAddress,
  isSameAddress,
  parseIpAddress,
} from "./ip_address.ts";
import { leasesIn, ownerOf } from "./lease_owners.ts";
import { containsAddress, formatSubnet } from "./subnet.ts";

/** An address and who has it. */
export interface Lease {
  readonly address: IpAddress;
  readonly owner: string;
}

/** The leases of one network. */
export class AddressLeases {
  readonly #directory: string;
  readonly #nameOf: (owner: string) => string;

  /**
   * @param directory Holds nothing else; made with the first lease.
   * @param nameOf What its user calls an owner.
   */
  constructor(
    directory: string,
    nameOf: (owner: string) => string = (owner) => owner,
  ) {
    this.#directory = directory;
    this.#nameOf = nameOf;
  }

  /** All leases, in no order. */
  list(): Lease[] {
    return namesIn(this.#directory).flatMap((name) => {
      const address = parseIpAddress(name);
      const owner = ownerOf(this.#pathOf(name));
      return address === undefined || owner === undefined
        ? []
        : [{ address, owner }];
    });
  }

  /**
   * Claims the lowest address that is free.
   *
   * @param owner An id, without a slash.
   * @throws {ConflictError} If none is left.
   */
  claim(pool: AddressPool, owner: string): IpAddress {
    // Whose they are does not matter here, and takes time to read.
    const taken = new Set(
      namesIn(this.#directory).flatMap((name) => {
        const address = parseIpAddress(name);
        return address?.version === pool.subnet.version ? [address.value] : [];
      }),
    );
    for (;;) {
      const address = nextFreeAddress(pool, taken);
      if (address === undefined) {
        const from = formatSubnet(pool.range ?? pool.subnet);
        throw new ConflictError(`No address of ${from} is left`, {
          advice: "remove containers, or create a network with more addresses",
        });
      }
      if (this.#take(address, owner)) return address;
      // Somebody else was faster.
      taken.add(address.value);
    }
  }

  /**
   * Claims a certain address. Who has it already may claim it again.
   *
   * @throws {ConflictError} If it cannot be given, or somebody else has it.
   */
  claimAddress(pool: AddressPool, address: IpAddress, owner: string): void {
    const text = formatIpAddress(address);
    if (!isAssignable(pool, address)) {
      throw new ConflictError(
        `Cannot use the address ${text}: ${whyNot(pool, address)}`,
        { advice: "another one, or none: a free one is chosen then" },
      );
    }
    if (this.#take(address, owner)) return;
    const holder = ownerOf(this.#pathOf(text));
    if (holder === owner) return;
    const name = holder === undefined ? "" : ` "${this.#nameOf(holder)}"`;
    throw new ConflictError(
      `Cannot use the address ${text}: container${name} has it`,
      { advice: "another one, or none: a free one is chosen then" },
    );
  }

  /**
   * Gives up all addresses of an owner.
   *
   * @param seen As {@linkcode leasesIn} tells of them, if that is known.
   */
  release(
    owner: string,
    seen: readonly string[] = leasesIn(this.#directory, owner),
  ): void {
    if (seen.length === 0) return;
    using _lock = lockDirectory(this.#directory);
    for (const name of seen) {
      if (ownerOf(this.#pathOf(name)) !== owner) continue;
      Deno.removeSync(this.#pathOf(name));
    }
  }

  /**
   * Gives up the addresses of all owners that are gone.
   *
   * @param isAlive Whether there is such an owner.
   * @returns What was given up.
   */
  releaseAbandoned(isAlive: (owner: string) => boolean): Lease[] {
    return this.#releaseAll((lease) => !isAlive(lease.owner));
  }

  /**
   * Two who release the same lease must not both remove the link: the second
   * would remove that of whoever has claimed the address in between.
   */
  #releaseAll(isOver: (lease: Lease) => boolean): Lease[] {
    if (!this.list().some(isOver)) return [];
    using _lock = lockDirectory(this.#directory);
    const over = this.list().filter(isOver);
    for (const { address } of over) {
      Deno.removeSync(this.#pathOf(formatIpAddress(address)));
    }
    return over;
  }

  #take(address: IpAddress, owner: string): boolean {
    const path = this.#pathOf(formatIpAddress(address));
    try {
      return makeLink(owner, path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      Deno.mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      return makeLink(owner, path);
    }
  }

  #pathOf(name: string): string {
    return `${this.#directory}/${name}`;
  }
}

/** Whether the link was made, and was not there before. */
function makeLink(target: string, path: string): boolean {
  try {
    Deno.symlinkSync(target, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** Why no container can have an address that is not assignable. */
function whyNot({ subnet, reserved }: AddressPool, address: IpAddress): string {
  const text = formatSubnet(subnet);
  if (!containsAddress(subnet, address)) {
    return `it is not in the network's ${text}`;
  }
  return reserved.some((own) => isSameAddress(own, address))
    ? "it is the network's own, or reserved"
    : `it stands for all of ${text}`;
}
