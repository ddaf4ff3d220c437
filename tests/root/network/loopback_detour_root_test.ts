/**
 * Answers to `[::1]` come back where bridges are filtered, and nobody else gets
 * in by their way.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bindInet } from "../../../ffi/calls/inet_socket.ts";
import { waitReadable } from "../../../ffi/calls/poll.ts";
import { AF } from "../../../ffi/constants/socket.ts";
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { parseIpAddress } from "../../../lib/network/ip_address.ts";
import {
  ensureDetour,
  removeAbandonedDetours,
  removeDetours,
} from "../../../lib/network/loopback_detour.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import { publicationRules } from "../../../lib/network/nftables/publication_rules.ts";
import { settleRules } from "../../../lib/network/own_filter.ts";
import {
  parsePublication,
  type SettledPublication,
} from "../../../lib/network/port_publication.ts";
import {
  connectsFrom,
  listenIn,
  runIn,
} from "../../support/network_namespace.ts";
import { hasBridgeFilter, NetworkScene } from "../../support/network_scene.ts";
import { rootTest } from "../../support/root.ts";

const ID = "0123456789abcdef";
const DEVICE = "tv0123456789a0";
const ADDRESS = "fd00:7::2";
const GATEWAY = "fd00:7::1";

function settled(text: string): SettledPublication {
  const publication = parsePublication(text);
  const { hostPorts } = publication;
  assert.ok(hostPorts);
  return { ...publication, hostPorts };
}

/** A scene with one container; `undefined` where bridges are not filtered. */
function makeScene(): { scene: NetworkScene; container: Fd } | undefined {
  if (!hasBridgeFilter()) return undefined;
  const scene = new NetworkScene("on");
  scene.addNetwork({ bridge: "tsd0", addresses: [`${GATEWAY}/64`] });
  const container = scene.addContainer(ID, "tsd0", {
    addresses: [`${ADDRESS}/64`],
    gateways: [GATEWAY],
  });
  return { scene, container };
}

function publish(scene: NetworkScene, ...texts: readonly string[]): boolean {
  const address = parseIpAddress(ADDRESS);
  assert.ok(address);
  const publications = texts.map(settled);
  const rules = publicationRules({
    id: ID,
    addresses: [address],
    publications,
  });
  settleRules(scene.table, (owner) => owner === ID, rules);
  const about = { container: ID, slot: 0, publications };
  return withinNetwork(scene.host, () => ensureDetour(scene, about));
}

function detours(scene: NetworkScene): string {
  return runIn(scene.host, "nft", "list", "tables", "netdev");
}

rootTest("[::1] reaches a published port by a detour, and not without", () => {
  const made = makeScene();
  if (made === undefined) return;
  using scene = made.scene;
  assert.ok(publish(scene, "8080:80", "8081-8082:81-82/udp"));
  using _server = listenIn(made.container, { hostname: "::", port: 80 });
  assert.ok(connectsFrom(scene.host, "::1", 8080));
  const listing = runIn(
    scene.host,
    "nft",
    "list",
    "table",
    "netdev",
    "tsdocker",
  );
  const rule = (from: string): RegExp =>
    new RegExp(`ip6 daddr ${GATEWAY} ${from} .* pkttype set host fwd to "lo"`);
  assert.match(listing, rule("tcp sport 80"));
  assert.match(listing, rule("udp sport 81-82"));
  assert.ok(publish(scene, "8080:80"));
  assert.ok(connectsFrom(scene.host, "::1", 8080));
  removeDetours(scene.table, ID);
  removeDetours(scene.table, ID);
  assert.ok(!connectsFrom(scene.host, "::1", 8080, "0.3"));
});

rootTest("detours end with their containers, those of others do not", () => {
  const made = makeScene();
  if (made === undefined) return;
  using scene = made.scene;
  const chains = (): string[] =>
    [
      ...runIn(scene.host, "nft", "list", "ruleset", "netdev")
        .matchAll(/chain (\S+)/g),
    ].map(([, name = ""]) => name);
  publish(scene, "8080:80");
  assert.deepEqual(chains(), [DEVICE]);
  const other = { ...scene.table, name: "tsdocker-other" };
  assert.deepEqual(removeAbandonedDetours(other, () => false), []);
  assert.deepEqual(removeAbandonedDetours(scene.table, () => true), []);
  assert.deepEqual(removeAbandonedDetours(scene.table, () => false), [DEVICE]);
  assert.deepEqual(chains(), []);
  // What is not published needs none.
  publish(scene);
  assert.deepEqual(chains(), []);
  assert.match(detours(scene), /tsdocker/);
});

/** Sends a datagram to a port of the bridge's address. */
function sendToBridge(socket: Fd, port: number): void {
  const bytes = new Uint8Array(28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF.AF_INET6, LITTLE_ENDIAN);
  view.setUint16(2, port);
  bytes.set([0xfd, 0, 0, 7], 8);
  bytes[23] = 1;
  const word = new TextEncoder().encode("let me in");
  syscall("sendto", socket.number, word, word.length, 0, bytes, bytes.length);
}

rootTest(
  "who begins a connection from a published port takes no detour past a firewall",
  async () => {
    const made = makeScene();
    if (made === undefined) return;
    using scene = made.scene;
    publish(scene, "5353:53/udp");
    const all = new Uint8Array(16);
    const bind = (namespace: Fd, port: number): Fd =>
      withinNetwork(
        namespace,
        () => bindInet({ protocol: "udp", address: all, port }),
      );
    using host = bind(scene.host, 2222);
    using published = bind(made.container, 53);
    using other = bind(made.container, 54);
    const arrives = async (socket: Fd, timeoutMs: number): Promise<boolean> => {
      sendToBridge(socket, 2222);
      const [ready] = await waitReadable([host], timeoutMs);
      return ready !== undefined;
    };
    runIn(
      scene.host,
      "sh",
      "-ec",
      `nft add table inet mine
    nft 'add chain inet mine in { type filter hook input priority 0; }'
    nft add rule inet mine in iifname tsd0 udp dport 2222 drop
    nft add rule inet mine in iifname lo accept`,
    );
    assert.ok(!await arrives(published, 300), "from the published port");
    assert.ok(!await arrives(other, 300));
    runIn(scene.host, "nft", "flush", "ruleset");
    assert.ok(await arrives(other, 2000));
  },
);
