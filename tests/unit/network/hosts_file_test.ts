/**
 * @module
 */
import assert from "node:assert/strict";
import { parseExtraHost } from "../../../lib/network/extra_host.ts";
import {
  formatHosts,
  type HostEntry,
  replaceNeighbours,
} from "../../../lib/network/hosts_file.ts";
import { parseIpAddress } from "../../../lib/network/ip_address.ts";

/** Names by address, as hosts(5) is read. */
function entries(text: string): Map<string, string[]> {
  assert.ok(text.endsWith("\n"), "the last line is whole");
  return new Map(
    text.trimEnd().split("\n").map((line) => {
      const [address = "", ...names] = line.split(/\s+/);
      return [address, names];
    }),
  );
}

Deno.test("formatHosts() gives localhost both addresses", () => {
  const found = entries(formatHosts());
  assert.deepEqual(found.get("127.0.0.1"), ["localhost"]);
  assert.deepEqual(found.get("::1"), [
    "localhost",
    "ip6-localhost",
    "ip6-loopback",
  ]);
});

Deno.test("formatHosts() names the multicast addresses of IPv6", () => {
  const found = entries(formatHosts());
  assert.deepEqual(found.get("ff02::1"), ["ip6-allnodes"]);
  assert.deepEqual(found.get("ff02::2"), ["ip6-allrouters"]);
  assert.equal(found.size, 6);
});

function entry(text: string, ...names: string[]): HostEntry {
  const address = parseIpAddress(text);
  assert.ok(address);
  return { address, names };
}

const OWN = entry("172.17.0.2", "0123456789ab", "web");
const DB = entry("172.17.0.3", "db", "database");

Deno.test("formatHosts() tells of the container and its neighbours", () => {
  const lines = formatHosts([OWN], [DB]).trimEnd().split("\n").slice(6);
  assert.deepEqual(lines, [
    "172.17.0.2\t0123456789ab web",
    "# Containers of the same networks, kept by tsdocker",
    "172.17.0.3\tdb database",
    "# End of the containers of the same networks",
  ]);
});

Deno.test("replaceNeighbours() leaves what the container has written", () => {
  const before = formatHosts([OWN], [DB]) + "10.0.0.1\tmine\n";
  const cache = entry("172.17.0.4", "cache");
  const after = replaceNeighbours(before, [cache]);
  assert.equal(
    after,
    formatHosts([OWN], [cache]) + "10.0.0.1\tmine\n",
  );
  assert.equal(
    replaceNeighbours(after, []),
    formatHosts([OWN]) + "10.0.0.1\tmine\n",
  );
  assert.equal(
    replaceNeighbours(replaceNeighbours(after, [DB]), [cache]),
    after,
  );
});

Deno.test("replaceNeighbours() begins anew where its lines are gone", () => {
  const kept = formatHosts([], [DB]).slice(formatHosts().length);
  for (const text of ["", "10.0.0.1\tmine\n"]) {
    assert.equal(replaceNeighbours(text, [DB]), text + kept);
  }
  const torn = "1.1.1.1\tone\n" + kept.split("\n")[0];
  assert.equal(replaceNeighbours(torn, [DB]), `${torn}\n${kept}`);
});

Deno.test("parseExtraHost() reads NAME:ADDRESS in its forms", () => {
  const ten = parseIpAddress("10.0.0.5");
  const six = parseIpAddress("fd00::5");
  assert.deepEqual(parseExtraHost("db:10.0.0.5"), { name: "db", address: ten });
  assert.deepEqual(parseExtraHost("db=10.0.0.5"), { name: "db", address: ten });
  assert.deepEqual(parseExtraHost("db:fd00::5"), { name: "db", address: six });
  assert.deepEqual(parseExtraHost("db:[fd00::5]"), {
    name: "db",
    address: six,
  });
  assert.deepEqual(parseExtraHost("me:host-gateway"), {
    name: "me",
    address: "host-gateway",
  });
  for (const text of ["", "db", "db:", ":10.0.0.5", "a b:10.0.0.5", "db:x"]) {
    assert.throws(() => parseExtraHost(text), /^UsageError: Invalid host/);
  }
});
