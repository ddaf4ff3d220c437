/**
 * @module
 */
import assert from "node:assert/strict";
import { parseExtraHost } from "../../../lib/network/extra_host.ts";
import {
  appendHosts,
  formatHosts,
  type HostEntry,
  localNames,
  replaceKept,
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

const TOLD: HostEntry = { address: "10.1.1.1", names: ["told"] };
const OWN = "172.17.0.2\t0123456789ab web\n";
const DB = "172.17.0.3\tdb database\n";
const CACHE = "172.17.0.4\tcache\n";

Deno.test("formatHosts() tells of the container and its neighbours", () => {
  const lines = formatHosts([TOLD], OWN + DB).trimEnd().split("\n").slice(6);
  assert.deepEqual(lines, [
    "10.1.1.1\ttold",
    "# Containers of the same networks, kept by tsdocker",
    "172.17.0.2\t0123456789ab web",
    "172.17.0.3\tdb database",
    "# End of the containers of the same networks",
  ]);
});

Deno.test("appendHosts() begins a line of its own", () => {
  const line = "10.1.1.1\ttold\n";
  assert.equal(appendHosts("127.0.0.1 me", []), "127.0.0.1 me");
  assert.equal(appendHosts("127.0.0.1 me", [TOLD]), `127.0.0.1 me\n${line}`);
  assert.equal(appendHosts("::1 me\n", [TOLD]), `::1 me\n${line}`);
  assert.equal(appendHosts("", [TOLD, TOLD]), line + line);
});

Deno.test("localNames() are those of the lines that every file begins with", () => {
  assert.deepEqual([...localNames()], [
    ...["localhost", "ip6-localhost", "ip6-loopback", "ip6-localnet"],
    ...["ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters"],
  ]);
});

Deno.test("replaceKept() leaves what the container has written", () => {
  const before = formatHosts([TOLD], DB) + "10.0.0.1\tmine\n";
  const after = replaceKept(before, CACHE);
  assert.equal(after, formatHosts([TOLD], CACHE) + "10.0.0.1\tmine\n");
  const none = formatHosts([TOLD]) + "10.0.0.1\tmine\n";
  assert.equal(replaceKept(after, ""), none);
  assert.equal(replaceKept(replaceKept(after, DB), CACHE), after);
  assert.equal(replaceKept(after, CACHE), after);
  // The last line of an editor that does not end it.
  assert.equal(replaceKept(after.trimEnd(), CACHE), after.trimEnd());
});

Deno.test("replaceKept() finds its lines wherever they are", () => {
  const kept = formatHosts([], DB).slice(formatHosts().length);
  const other = formatHosts([], CACHE).slice(formatHosts().length);
  assert.equal(replaceKept(kept, CACHE), other);
  assert.equal(replaceKept(kept.trimEnd(), CACHE), other);
  assert.equal(replaceKept(`${kept}a`, CACHE), `${other}a`);
  assert.equal(replaceKept(kept, ""), "");
});

Deno.test("replaceKept() begins anew where its lines are gone", () => {
  const kept = formatHosts([], DB).slice(formatHosts().length);
  for (const text of ["", "10.0.0.1\tmine\n"]) {
    assert.equal(replaceKept(text, DB), text + kept);
  }
  const torn = "1.1.1.1\tone\n" + kept.split("\n")[0];
  assert.equal(replaceKept(torn, DB), `${torn}\n${kept}`);
  // What merely mentions them is not them.
  const mentioned = `# ${kept.replaceAll("\n", "\n# ")}\n`;
  assert.equal(replaceKept(mentioned, DB), mentioned + kept);
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
