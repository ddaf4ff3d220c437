/**
 * @module
 */
import assert from "node:assert/strict";
import { formatHosts } from "../../../lib/network/hosts_file.ts";

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
