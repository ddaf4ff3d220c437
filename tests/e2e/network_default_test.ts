/**
 * The network that containers are on unless they are told otherwise: made when
 * it is first needed, with a way to neighbours and to the world.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, IMAGE, LAUNCHERS, shell } from "../support/cli.ts";
import { runIn } from "../support/network_namespace.ts";
import {
  INTRUDER,
  MACHINE,
  MACHINE_TO_INTRUDER,
  networkTest,
  OUTSIDE,
} from "../support/network_place.ts";
import { PeerServer } from "../support/peer_server.ts";

networkTest(
  "run is on a bridge, which is made once and said once",
  async (network) => {
    const words = ["run", "--rm", IMAGE, "ip", "-o", "-4", "addr"];
    const first = await network.tsdocker(...words);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, / eth0 {4}inet 172\.17\.0\.2\/24 /);
    assert.match(first.stderr, /172\.17\.0\.0\/24/);
    assert.match(first.stderr, /passes packets of IPv4 on/);
    const forwarding = "/proc/sys/net/ipv4/ip_forward";
    assert.equal(network.onMachine("cat", forwarding), "1\n");
    const second = await network.tsdocker(...words);
    assert.deepEqual(second, { ...first, stderr: "" });
    assert.match(await network.print("network", "ls"), /^\w+ +bridge +bridge/m);
  },
  { launchers: LAUNCHERS },
);

networkTest("a bridge is made where no route leads", async (network) => {
  const routes = ["172.16.0.0/12", "192.168.0.0/17"];
  for (const subnet of routes) {
    network.onMachine("ip", "route", "add", "blackhole", subnet);
  }
  const { stdout } = await network.tsdocker(
    ...["run", "--rm", IMAGE, "ip", "route"],
  );
  assert.match(stdout, /^default via 192\.168\.128\.1 dev eth0/);
});

networkTest(
  "containers reach each other and the world, which sees this machine",
  async (network) => {
    const web = await network.up("web");
    const other = await network.up("other");
    const address = network.addressOf(web);
    await network.exec("other", "ping", "-c1", "-W5", address);
    await network.exec("other", "ping", "-c1", "-W5", OUTSIDE[4]);
    // The outside knows no way to containers: it answers this machine.
    assert.throws(() => runIn(network.outside, "ping", "-c1", "-W1", address));
    await using inside = new PeerServer(web.namespace, 7000);
    await using outside = new PeerServer(network.outside, 7000);
    await using intruder = new PeerServer(network.intruder, 7000);
    for (const protocol of ["tcp", "udp"] as const) {
      const to = { protocol, port: 7000 };
      const asked = [
        inside.ask(other.namespace, { ...to, address }),
        outside.ask(web.namespace, { ...to, address: OUTSIDE[4] }),
        intruder.ask(web.namespace, { ...to, address: INTRUDER[4] }),
        // This machine finds its containers, too.
        inside.ask(network.machine, { ...to, address }),
      ];
      assert.deepEqual(await Promise.all(asked), [
        network.addressOf(other),
        MACHINE[4],
        MACHINE_TO_INTRUDER[4],
        "172.17.0.1",
      ], protocol);
    }
    await network.remove("web", "other");
  },
);

networkTest("IPv6 reaches neighbours and the world", async (network) => {
  const made = await network.tsdocker("network", "create", "--ipv6", "six");
  assert.equal(made.stderr, "");
  const web = await network.up("web", "--network", "six");
  const other = await network.up("other", "--network", "six");
  const address = network.addressOf(web, { version: 6 });
  assert.match(address, /^fd/);
  await network.exec("other", "ping", "-6", "-c1", "-W5", "web");
  await using inside = new PeerServer(web.namespace, 7000);
  await using outside = new PeerServer(network.outside, 7000);
  for (const protocol of ["tcp", "udp"] as const) {
    const to = { protocol, port: 7000 };
    assert.deepEqual(
      await Promise.all([
        inside.ask(other.namespace, { ...to, address }),
        outside.ask(web.namespace, { ...to, address: OUTSIDE[6] }),
      ]),
      [network.addressOf(other, { version: 6 }), MACHINE[6]],
      protocol,
    );
  }
  await network.remove("web", "other");
});

networkTest("resolv.conf and hosts are a container's own", async (network) => {
  const conf = `${network.place.work}/resolv.conf`;
  const stub = "nameserver 127.0.0.53\nsearch example.com\noptions edns0\n";
  await Deno.writeTextFile(conf, stub);
  // A machine whose resolver is on its loopback, out of a container's reach.
  const wrapper = [
    ...["unshare", "-m", "sh", "-c"],
    'mount --bind "$0" /etc/resolv.conf && exec "$@"',
    conf,
  ];
  const run = (...words: string[]): ReturnType<typeof network.tsdocker> =>
    network.place.tsdockerWith({ wrapper }, ["run", "--rm", ...words]);
  const { stdout } = await run(...shell("cat /etc/resolv.conf"));
  assert.match(stdout, /^search example\.com$/m);
  assert.match(stdout, /^nameserver \d/m);
  assert.doesNotMatch(stdout, /127\.0\.0\.53/);
  assertPrints(
    await run(
      ...["--dns", "192.0.2.2", "--dns-search", "a.example"],
      ...["--dns-option", "ndots:2", "--hostname", "box"],
      ...["--name", "web"],
      ...["--add-host", "db:10.1.2.3", "--add-host", "up:host-gateway"],
      ...shell(
        "cat /etc/resolv.conf; hostname; " +
          "grep -E '^1[0-9]*\\.' /etc/hosts | sed 's/ [0-9a-f]*$//' | tail -n +2",
      ),
    ),
    "search a.example\nnameserver 192.0.2.2\noptions ndots:2\nbox\n" +
      "10.1.2.3\tdb\n172.17.0.1\tup\n172.17.0.2\tbox web\n",
  );
});

networkTest(
  "--ip is taken on the network bridge as on others",
  async (network) => {
    const web = await network.up("web", "--ip", "172.17.0.77");
    assert.equal(network.addressOf(web), "172.17.0.77");
    const db = await network.up("db", "--network", "default:ip=172.17.0.78");
    assert.equal(network.addressOf(db), "172.17.0.78");
    const { code, stderr } = await network.tsdocker(
      ...["run", "--rm", "--ip", "10.99.0.1", IMAGE, "true"],
    );
    assert.equal(code, 125);
    assert.match(stderr, /it is not in the network's 172\.17\.0\.0\/24/);
    await network.remove("web");
    await network.remove("db");
  },
);
