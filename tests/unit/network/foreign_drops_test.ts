/** @module */
import assert from "node:assert/strict";
import {
  explainDrops,
  type ForeignDrop,
  namesBridge,
} from "../../../lib/network/foreign_drops.ts";

const BRIDGE = "tsd-0123456789a";

Deno.test("explainDrops() says whose it is, what it costs and what helps", () => {
  const drop: ForeignDrop = {
    keeper: "docker",
    family: "ip",
    chain: "ip filter FORWARD",
  };
  assert.deepEqual(explainDrops([drop], { bridge: BRIDGE }), [
    "The firewall of docker drops what containers send to the world, and " +
    "receive from it (ip filter FORWARD); to let it pass: " +
    `iptables -I DOCKER-USER -i ${BRIDGE} -j ACCEPT; ` +
    `iptables -I DOCKER-USER -o ${BRIDGE} -j ACCEPT`,
  ]);
  assert.deepEqual(explainDrops([], { bridge: BRIDGE }), []);
});

Deno.test("explainDrops() has advice for every keeper", () => {
  const advice = (
    keeper: ForeignDrop["keeper"],
    family: ForeignDrop["family"],
    chain = "c",
  ): string | undefined =>
    explainDrops([{ keeper, family, chain }], { bridge: "b" })[0]
      ?.split("to let it pass: ")[1];
  assert.equal(
    advice("ufw", "ip"),
    "ufw route allow in on b; ufw route allow out on b",
  );
  assert.equal(
    advice("firewalld", "inet"),
    "firewall-cmd --permanent --zone=trusted --add-interface=b; firewall-cmd --reload",
  );
  assert.equal(
    advice("iptables", "ip6"),
    "ip6tables -I FORWARD -i b -j ACCEPT; ip6tables -I FORWARD -o b -j ACCEPT",
  );
  assert.equal(
    advice("iptables-legacy", "ip"),
    "iptables-legacy -I FORWARD -i b -j ACCEPT; iptables-legacy -I FORWARD -o b -j ACCEPT",
  );
  assert.equal(
    advice("nftables", "inet", "inet mine through"),
    `nft insert rule inet mine through iifname '"b"' accept; ` +
      `nft insert rule inet mine through oifname '"b"' accept`,
  );
});

Deno.test("namesBridge() finds its name, or one that ends for all", () => {
  assert.ok(namesBridge(`..${BRIDGE}\0..`, BRIDGE));
  assert.ok(namesBridge("..tsd-\0..", BRIDGE));
  assert.ok(!namesBridge("..tsd-0123456789b\0..", BRIDGE));
  assert.ok(!namesBridge("", BRIDGE));
  assert.ok(namesBridge("br-one", "br-one"));
  assert.ok(!namesBridge("tsd-", "br-one"));
  // Whether there is one for all, is asked by the name of all.
  assert.ok(namesBridge("tsd-\0", "tsd-+"));
  assert.ok(!namesBridge(BRIDGE, "tsd-+"));
});
