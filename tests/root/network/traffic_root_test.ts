/**
 * Who reaches whom, by the rules of our table: containers, their neighbours,
 * this machine and others.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bindInet } from "../../../ffi/calls/inet_socket.ts";
import { readSync } from "../../../ffi/calls/pipe.ts";
import { waitReadable } from "../../../ffi/calls/poll.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { parseIpAddress } from "../../../lib/network/ip_address.ts";
import { ensureDetour } from "../../../lib/network/loopback_detour.ts";
import { publicationRules } from "../../../lib/network/nftables/publication_rules.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import { settleRules } from "../../../lib/network/own_filter.ts";
import { parsePublication } from "../../../lib/network/port_publication.ts";
import {
  connectsFrom,
  listenIn,
  runIn,
} from "../../support/network_namespace.ts";
import {
  hasBridgeFilter,
  HOST,
  NetworkScene,
  OUTSIDE,
} from "../../support/network_scene.ts";
import { rootTest } from "../../support/root.ts";

const WEB = { 4: "10.7.0.2", 6: "fd00:7::2" } as const;
const ONE = { addresses: ["10.7.0.1/24", "fd00:7::1/64"], bridge: "tsd0" };
const WEB_ID = "0123456789abcdef";
const GATEWAYS = ["10.7.0.1", "fd00:7::1"];

/** A scene with a network of two containers, and one of a third. */
function makeScene(bridgeFilter: "on" | "off" = "off"): {
  scene: NetworkScene;
  web: Fd;
  neighbour: Fd;
  stranger: Fd;
} {
  const scene = new NetworkScene(bridgeFilter);
  scene.addNetwork(ONE);
  scene.addNetwork({ bridge: "tsd1", addresses: ["10.8.0.1/24"] });
  const web = scene.addContainer(WEB_ID, "tsd0", {
    addresses: [`${WEB[4]}/24`, `${WEB[6]}/64`],
    gateways: GATEWAYS,
  });
  const neighbour = scene.addContainer("v1", "tsd0", {
    addresses: ["10.7.0.3/24", "fd00:7::3/64"],
    gateways: GATEWAYS,
  });
  const stranger = scene.addContainer("v2", "tsd1", {
    addresses: ["10.8.0.2/24"],
    gateways: ["10.8.0.1"],
  });
  return { scene, web, neighbour, stranger };
}

function publish(scene: NetworkScene, ...texts: readonly string[]): void {
  const publications = texts.map((text) => {
    const { hostPorts, ...publication } = parsePublication(text);
    assert.ok(hostPorts);
    return { ...publication, hostPorts };
  });
  const addresses = [WEB[4], WEB[6]].map((text) => {
    const address = parseIpAddress(text);
    assert.ok(address);
    return address;
  });
  const rules = publicationRules({ id: "web", addresses, publications });
  settleRules(scene.table, (owner) => owner === "web", rules);
  const web = { container: WEB_ID, slot: 0, publications };
  assert.ok(withinNetwork(scene.host, () => ensureDetour(scene, web)));
}

/** Who sets out. */
type Who = "outside" | "host" | "web" | "neighbour" | "stranger";

/** From, to, port, and how the server sees who has come. */
const REACHED: readonly [Who, string, number, string][] = [
  ["outside", HOST[4], 8080, OUTSIDE[4]],
  ["outside", HOST[6], 8080, OUTSIDE[6]],
  ["outside", HOST[4], 9001, OUTSIDE[4]],
  ["host", HOST[4], 8080, HOST[4]],
  ["host", HOST[6], 8080, HOST[6]],
  ["host", "10.7.0.1", 8080, "10.7.0.1"],
  ["host", "127.0.0.1", 8080, "10.7.0.1"],
  ["host", "127.0.0.1", 8081, "10.7.0.1"],
  ["host", "::1", 8080, "fd00:7::1"],
  ["host", WEB[4], 80, "10.7.0.1"],
  ["web", HOST[4], 8080, "10.7.0.1"],
  ["web", HOST[6], 8080, "fd00:7::1"],
  ["neighbour", HOST[4], 8080, "10.7.0.1"],
  ["neighbour", "10.7.0.1", 8080, "10.7.0.1"],
  ["neighbour", WEB[4], 80, "10.7.0.3"],
  ["neighbour", WEB[6], 80, "fd00:7::3"],
  ["stranger", HOST[4], 8080, "10.7.0.1"],
];

for (const filter of ["off", "on"] as const) {
  rootTest(
    `a published port is reached from everywhere, bridge filter ${filter}`,
    async () => {
      if (filter === "on" && !hasBridgeFilter()) return;
      const { scene, web, neighbour, stranger } = makeScene(filter);
      using _scene = scene;
      publish(scene, "8080:80", "127.0.0.1:8081:80", "9000-9001:79-80");
      using server = listenIn(web, { hostname: "::", port: 80 });
      const from = {
        outside: scene.outside,
        host: scene.host,
        web,
        neighbour,
        stranger,
      };
      for (const [who, hostname, port, seenAs] of REACHED) {
        const what = `${who} to ${hostname} ${port}`;
        assert.ok(connectsFrom(from[who], hostname, port), what);
        using connection = await server.accept();
        const { hostname: peer } = connection.remoteAddr as Deno.NetAddr;
        assert.equal(peer.replace("::ffff:", ""), seenAs, what);
      }
    },
  );
}

rootTest("datagrams to a published port arrive from everywhere", async () => {
  const { scene, web, neighbour, stranger } = makeScene();
  using _scene = scene;
  publish(scene, "5353:53/udp");
  const everywhere = { 4: new Uint8Array(4), 6: new Uint8Array(16) } as const;
  const from = {
    outside: scene.outside,
    host: scene.host,
    web,
    neighbour,
    stranger,
  };
  const sent: readonly [Who, 4 | 6, string][] = [
    ["outside", 4, HOST[4]],
    ["outside", 6, HOST[6]],
    ["host", 4, HOST[4]],
    ["host", 4, "127.0.0.1"],
    ["host", 6, "::1"],
    ["web", 4, HOST[4]],
    ["neighbour", 4, HOST[4]],
    ["neighbour", 6, HOST[6]],
    ["stranger", 4, HOST[4]],
  ];
  for (const [who, version, hostname] of sent) {
    const place = {
      protocol: "udp",
      address: everywhere[version],
      port: 53,
    } as const;
    using socket = withinNetwork(web, () => bindInet(place));
    const what = `${who} to ${hostname}`;
    const script = `printf '${what}' >/dev/udp/${hostname}/5353`;
    runIn(from[who], "bash", "-c", script);
    const [ready] = await waitReadable([socket], 2000);
    assert.ok(ready, what);
    const datagram = new Uint8Array(100);
    const length = readSync(socket, datagram);
    const text = new TextDecoder().decode(datagram.subarray(0, length));
    assert.equal(text, what);
  }
});

rootTest("what is not published is not reached", () => {
  const { scene, web, neighbour, stranger } = makeScene();
  using _scene = scene;
  publish(scene, "8080:80", "127.0.0.1:8081:80");
  using _server = listenIn(web, { hostname: "::", port: 80 });
  const from = {
    outside: scene.outside,
    host: scene.host,
    web,
    neighbour,
    stranger,
  };
  const refused: readonly [Who, string, number][] = [
    ["outside", WEB[4], 80],
    ["outside", HOST[4], 8081],
    ["outside", HOST[4], 80],
    ["stranger", WEB[4], 80],
    ["neighbour", HOST[4], 8081],
    ["host", HOST[4], 8081],
  ];
  for (const [who, hostname, port] of refused) {
    const what = `${who} to ${hostname} ${port}`;
    assert.ok(!connectsFrom(from[who], hostname, port, "0.3"), what);
  }
});

rootTest("who is in an internal network reaches no published port", () => {
  const { scene, web, neighbour } = makeScene();
  using _scene = scene;
  publish(scene, "8080:80");
  const bridge = "tsd9";
  const gateways = ["10.9.0.1", "fd00:9::1"];
  const addresses = gateways.map((gateway) =>
    `${gateway}/${gateway.includes(":") ? 64 : 24}`
  );
  scene.addNetwork({ bridge, addresses, access: "internal" });
  const sealed = scene.addContainer("v9", bridge, {
    addresses: ["10.9.0.2/24", "fd00:9::2/64"],
    // As if it had made itself a way out.
    gateways,
  });
  using _server = listenIn(web, { hostname: "::", port: 80 });
  for (const address of [...gateways, HOST[4], HOST[6]]) {
    assert.ok(!connectsFrom(sealed, address, 8080, "0.3"), address);
  }
  assert.ok(connectsFrom(neighbour, HOST[4], 8080));
});

rootTest("a container cannot speak as somebody on this machine", async () => {
  const { scene, web } = makeScene();
  using _scene = scene;
  const place = {
    protocol: "udp",
    address: new Uint8Array(4),
    port: 53,
  } as const;
  using socket = withinNetwork(scene.host, () => bindInet(place));
  const send = (source: string): void => {
    const route = ["10.7.0.1/32", "dev", "eth0", "src", source];
    runIn(web, "ip", "route", "replace", ...route);
    const script = `printf ${source} >/dev/udp/10.7.0.1/53`;
    runIn(web, "bash", "-c", script);
  };
  withinNetwork(web, () => {
    const path = "/proc/sys/net/ipv4/conf/eth0/route_localnet";
    Deno.writeTextFileSync(path, "1");
  });
  runIn(web, "ip", "address", "add", "127.5.5.5/32", "dev", "eth0");
  send("127.5.5.5");
  send(WEB[4]);
  const [ready] = await waitReadable([socket], 2000);
  assert.ok(ready);
  const datagram = new Uint8Array(100);
  const length = readSync(socket, datagram);
  const text = new TextDecoder().decode(datagram.subarray(0, length));
  assert.equal(text, WEB[4]);
});

rootTest("containers reach the world as this machine", async () => {
  const { scene, web } = makeScene();
  using _scene = scene;
  using server = listenIn(scene.outside, { hostname: "::", port: 80 });
  for (const version of [4, 6] as const) {
    assert.ok(connectsFrom(web, OUTSIDE[version], 80));
    using connection = await server.accept();
    const { hostname } = connection.remoteAddr as Deno.NetAddr;
    assert.equal(hostname.replace("::ffff:", ""), HOST[version]);
  }
});

rootTest("an internal network has no way out, and lets neighbours in", () => {
  using scene = new NetworkScene();
  scene.addNetwork({ ...ONE, access: "internal" });
  const container = (name: string, address: string): Fd =>
    scene.addContainer(name, "tsd0", {
      addresses: [address],
      gateways: ["10.7.0.1"],
    });
  const one = container("v0", "10.7.0.2/24");
  const other = container("v1", "10.7.0.3/24");
  using _server = listenIn(scene.outside, { hostname: "::", port: 80 });
  using _neighbour = listenIn(other, { hostname: "0.0.0.0", port: 80 });
  assert.ok(connectsFrom(one, "10.7.0.3", 80));
  assert.ok(!connectsFrom(one, OUTSIDE[4], 80, "0.3"));
});

for (const filter of ["off", "on"] as const) {
  rootTest(
    `isolated neighbours meet by published ports at most, bridge filter ${filter}`,
    () => {
      if (filter === "on" && !hasBridgeFilter()) return;
      using scene = new NetworkScene(filter);
      scene.addNetwork({ ...ONE, neighbours: "isolated" });
      const container = (name: string, address: string): Fd =>
        scene.addContainer(name, "tsd0", {
          addresses: [address],
          gateways: ["10.7.0.1"],
          neighbours: "isolated",
        });
      const web = container("v0", `${WEB[4]}/24`);
      const other = container("v1", "10.7.0.3/24");
      publish(scene, "8080:80");
      using _server = listenIn(web, { hostname: "0.0.0.0", port: 80 });
      assert.ok(!connectsFrom(other, WEB[4], 80, "0.3"));
      // Nor if this machine is asked to send it on.
      runIn(other, "ip", "route", "add", WEB[4], "via", "10.7.0.1");
      assert.ok(!connectsFrom(other, WEB[4], 80, "0.3"));
      assert.ok(connectsFrom(scene.host, WEB[4], 80));
      assert.ok(connectsFrom(scene.outside, HOST[4], 8080));
      // Where bridges are filtered, what is sent on stays within the bridge.
      const isRouted = filter === "off";
      const reaches = connectsFrom(
        other,
        HOST[4],
        8080,
        isRouted ? "2" : "0.3",
      );
      assert.equal(reaches, isRouted);
    },
  );
}

rootTest(
  "containers keep their addresses where they are asked to",
  async () => {
    using scene = new NetworkScene();
    scene.addNetwork({ ...ONE, masquerade: "off" });
    const web = scene.addContainer("v0", "tsd0", {
      addresses: [`${WEB[4]}/24`],
      gateways: ["10.7.0.1"],
    });
    runIn(scene.outside, "ip", "route", "add", "10.7.0.0/24", "via", HOST[4]);
    using server = listenIn(scene.outside, { hostname: "0.0.0.0", port: 80 });
    assert.ok(connectsFrom(web, OUTSIDE[4], 80));
    using connection = await server.accept();
    assert.equal((connection.remoteAddr as Deno.NetAddr).hostname, WEB[4]);
  },
);
