/**
 * A process that claims addresses and gives some of them up, beside others
 * that do the same. Prints what it has in the end.
 *
 * @module
 */
import { AddressLeases } from "../../lib/network/address_leases.ts";
import { formatIpAddress } from "../../lib/network/ip_address.ts";
import { parseSubnet } from "../../lib/network/subnet.ts";

const [directory = "", name = "", rounds = "0"] = Deno.args;
const subnet = parseSubnet("10.0.0.0/24");
if (subnet === undefined) throw new TypeError("No subnet");

const leases = new AddressLeases(directory);
for (let round = 0; round < Number(rounds); round++) {
  const lost = `${name}-lost`;
  leases.claim({ subnet, reserved: [] }, lost);
  const kept = leases.claim({ subnet, reserved: [] }, `${name}-${round}`);
  // Others find this one abandoned at the same time.
  leases.releaseAbandoned((owner) => !owner.endsWith("-lost"));
  Deno.stdout.writeSync(new TextEncoder().encode(`${formatIpAddress(kept)}\n`));
}
