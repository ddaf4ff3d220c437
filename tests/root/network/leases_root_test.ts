/**
 * Leases of processes that claim and release at the same time.
 *
 * @module
 */
import assert from "node:assert/strict";
import { AddressLeases } from "../../../lib/network/address_leases.ts";
import { formatIpAddress } from "../../../lib/network/ip_address.ts";
import { rootTest } from "../../support/root.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const CLAIMER = new URL("../../support/lease_claimer.ts", import.meta.url);
const PROCESSES = 8;
const ROUNDS = 20;

async function claim(directory: string, name: string): Promise<string[]> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--no-check", CLAIMER.href],
      ...[directory, name, `${ROUNDS}`],
    ],
    stderr: "inherit",
  }).output();
  assert.ok(success);
  return new TextDecoder().decode(stdout).trim().split("\n");
}

rootTest(
  "no address is ever had by two, whoever releases meanwhile",
  async () => {
    using directory = new TemporaryDirectory();
    const claimed = await Promise.all(
      Array.from(
        { length: PROCESSES },
        (_, index) => claim(directory.path, `p${index}`),
      ),
    );
    const all = claimed.flat();
    assert.equal(all.length, PROCESSES * ROUNDS);
    assert.equal(new Set(all).size, all.length);
    const left = new AddressLeases(directory.path).list();
    const kept = left.filter(({ owner }) => !owner.endsWith("-lost"));
    assert.deepEqual(
      kept.map(({ address }) => formatIpAddress(address)).sort(),
      all.sort(),
    );
  },
);
