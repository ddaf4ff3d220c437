/**
 * @module
 */
import assert from "node:assert/strict";
import { AddressLeases } from "../../../lib/network/address_leases.ts";
import type { AddressPool } from "../../../lib/network/address_pool.ts";
import { ConflictError } from "../../../lib/base/errors.ts";
import {
  formatIpAddress,
  type IpAddress,
  parseIpAddress,
} from "../../../lib/network/ip_address.ts";
import { parseSubnet } from "../../../lib/network/subnet.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  assert.ok(parsed);
  return parsed;
}

function poolOf(text: string): AddressPool {
  const subnet = parseSubnet(text);
  assert.ok(subnet);
  return {
    subnet,
    reserved: [{ version: subnet.version, value: subnet.base + 1n }],
  };
}

const POOL = poolOf("10.0.0.0/29");

function claimed(leases: AddressLeases, owner: string): string {
  return formatIpAddress(leases.claim(POOL, owner));
}

Deno.test("claim() gives the lowest free address, and says if none is left", () => {
  using directory = new TemporaryDirectory();
  const leases = new AddressLeases(`${directory.path}/net/leases`);
  assert.deepEqual(leases.list(), []);
  assert.equal(claimed(leases, "a"), "10.0.0.2");
  assert.equal(claimed(leases, "b"), "10.0.0.3");
  leases.release("a");
  assert.equal(claimed(leases, "c"), "10.0.0.2");
  for (const owner of ["d", "e", "f"]) claimed(leases, owner);
  assert.throws(
    () => claimed(leases, "g"),
    (error) =>
      error instanceof ConflictError &&
      error.message === "No address of 10.0.0.0/29 is left",
  );
});

Deno.test("versions of IP are claimed side by side", () => {
  using directory = new TemporaryDirectory();
  const leases = new AddressLeases(directory.path);
  assert.equal(claimed(leases, "a"), "10.0.0.2");
  const six = leases.claim(poolOf("fd00::/64"), "a");
  assert.equal(formatIpAddress(six), "fd00::2");
  const all = leases.list().map(({ owner, address }) =>
    `${owner} ${formatIpAddress(address)}`
  );
  assert.deepEqual(all.sort(), ["a 10.0.0.2", "a fd00::2"]);
  leases.release("a");
  assert.deepEqual(leases.list(), []);
});

Deno.test("claimAddress() names who has it, and lets the owner have it again", () => {
  using directory = new TemporaryDirectory();
  const leases = new AddressLeases(directory.path, (owner) => `${owner}-name`);
  leases.claimAddress(POOL, address("10.0.0.4"), "a");
  leases.claimAddress(POOL, address("10.0.0.4"), "a");
  assert.throws(
    () => leases.claimAddress(POOL, address("10.0.0.4"), "b"),
    { message: 'Cannot use the address 10.0.0.4: container "a-name" has it' },
  );
  const refused = [
    ["10.0.0.1", "it is the network's own, or reserved"],
    ["10.0.0.7", "it stands for all of 10.0.0.0/29"],
    ["10.0.1.4", "it is not in the network's 10.0.0.0/29"],
  ] as const;
  for (const [text, why] of refused) {
    assert.throws(
      () => leases.claimAddress(POOL, address(text), "b"),
      { message: `Cannot use the address ${text}: ${why}` },
    );
  }
  assert.equal(claimed(leases, "b"), "10.0.0.2");
});

Deno.test("releaseAbandoned() keeps what the living have", () => {
  using directory = new TemporaryDirectory();
  const leases = new AddressLeases(directory.path);
  for (const owner of ["a", "b", "c"]) claimed(leases, owner);
  const released = leases.releaseAbandoned((owner) => owner === "b");
  assert.deepEqual(released.map(({ owner }) => owner).sort(), ["a", "c"]);
  assert.deepEqual(leases.list().map(({ owner }) => owner), ["b"]);
  assert.deepEqual(leases.releaseAbandoned((owner) => owner === "b"), []);
});
