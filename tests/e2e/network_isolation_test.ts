/**
 * Who does not reach whom, and what changes while a container runs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, eventually } from "../support/cli.ts";
import {
  INTRUDER,
  type NetworkPlace,
  networkTest,
  OUTSIDE,
} from "../support/network_place.ts";
import { deviceNames, foreignRules } from "../support/network_remains.ts";
import { PeerServer } from "../support/peer_server.ts";

const SILENCE = { expects: "silence" } as const;

networkTest("networks do not reach each other", async (network) => {
  await network.print("network", "create", "one");
  await network.print("network", "create", "two");
  const one = await network.up("one", "--network", "one");
  const two = await network.up("two", "--network", "two");
  const usual = await network.up("usual");
  {
    const containers = [one, two, usual];
    await using stack = new AsyncDisposableStack();
    const servers = containers.map(({ namespace }) =>
      stack.use(new PeerServer(namespace, 7000))
    );
    const asked = containers.flatMap((from) =>
      containers.flatMap((to, index) =>
        from === to ? [] : servers[index]?.ask(from.namespace, {
          ...SILENCE,
          address: network.addressOf(to),
          port: 7000,
        })
      )
    );
    assert.deepEqual(await Promise.all(asked), Array(6).fill(undefined));
    // Nor do their names.
    const hosts = await network.exec("one", "cat", "/etc/hosts");
    assert.doesNotMatch(hosts, /\b(?:two|usual)\b/);
  }
  await network.remove("one", "two", "usual");
});

networkTest("an internal network has no way out or in", async (network) => {
  await network.print(
    ...["network", "create", "--internal", "--subnet", "10.7.0.0/24"],
    ...["--subnet", "fd00:7::/64", "sealed"],
  );
  const web = await network.up("web", "--network", "sealed");
  const other = await network.up("other", "--network", "sealed");
  assert.doesNotMatch(await network.exec("web", "ip", "route"), /default/);
  // Even if it tries.
  for (const [version, gateway] of [["-4", "10.7.0.1"], ["-6", "fd00:7::1"]]) {
    new Deno.Command("nsenter", {
      args: [
        `--net=/proc/${web.pid}/ns/net`,
        ...["ip", `${version}`, "route", "add", "default", "via", `${gateway}`],
      ],
    }).outputSync();
  }
  {
    await using inside = new PeerServer(web.namespace, 7000);
    await using outside = new PeerServer(network.outside, 7000);
    const port = 7000;
    assert.deepEqual(
      await Promise.all([
        outside.ask(web.namespace, { ...SILENCE, port, address: OUTSIDE[4] }),
        outside.ask(web.namespace, { ...SILENCE, port, address: OUTSIDE[6] }),
        inside.ask(network.intruder, { ...SILENCE, port, address: "10.7.0.2" }),
        inside.ask(network.intruder, {
          ...SILENCE,
          port,
          address: "fd00:7::2",
        }),
        inside.ask(other.namespace, { port, address: "10.7.0.2" }),
        inside.ask(other.namespace, { port, address: "fd00:7::2" }),
      ]),
      [undefined, undefined, undefined, undefined, "10.7.0.3", "fd00:7::3"],
    );
  }
  await network.exec("other", "ping", "-c1", "-W5", "web");
  await network.remove("web", "other");
});

networkTest("firewalls of others stay, and are told of", async (network) => {
  const path = `${network.place.work}/theirs`;
  const hook = "type filter hook forward priority 0; policy drop;";
  await Deno.writeTextFile(
    path,
    `table ip theirs {\nchain on {\n${hook}\n}\n}\n`,
  );
  network.onMachine("nft", "-f", path);
  const before = foreignRules(network.machine);
  assert.match(before, /policy drop/);
  const web = await network.up("web", "-p", "8080:7000");
  {
    await using outside = new PeerServer(network.outside, 7000);
    const to = { ...SILENCE, address: OUTSIDE[4], port: 7000 };
    assert.equal(await outside.ask(web.namespace, to), undefined);
  }
  const { stdout } = await network.tsdocker("doctor");
  assert.match(stdout, /degraded +other firewalls +.*\(ip theirs on\)/);
  await network.remove("web");
  assert.equal(foreignRules(network.machine), before);
});

/** The neighbours in a container's hosts file. */
async function neighbours(
  network: NetworkPlace,
  name: string,
): Promise<string[]> {
  const text = await network.exec(name, "cat", "/etc/hosts");
  return text.split("\n").filter((line) => /^10\./.test(line))
    .map((line) => line.split(/\s+/)).filter((words) => !words.includes(name))
    .map(([, other = ""]) => other).sort();
}

networkTest("connect and disconnect, while it runs", async (network) => {
  for (
    const [name, subnet] of [["one", "10.5.0.0/24"], ["two", "10.6.0.0/24"]]
  ) {
    await network.print(
      "network",
      "create",
      "--subnet",
      `${subnet}`,
      `${name}`,
    );
  }
  const web = await network.up("web", "--network", "one");
  await network.up("left", "--network", "one");
  await network.up("right", "--network", "two");
  assert.deepEqual(await neighbours(network, "right"), []);
  assertPrints(
    await network.tsdocker(
      ...["network", "connect", "--ip", "10.6.0.9", "--alias", "db"],
      ...["two", "web"],
    ),
    "",
  );
  assert.deepEqual(deviceNames(web.namespace), ["lo", "eth0", "eth1"]);
  assert.equal(network.addressOf(web, { device: "eth1" }), "10.6.0.9");
  await network.exec("right", "ping", "-c1", "-W5", "db");
  await network.exec("web", "ping", "-c1", "-W5", "right");
  assert.deepEqual(await neighbours(network, "web"), ["left", "right"]);
  assertPrints(
    await network.tsdocker("network", "disconnect", "one", "web"),
    "",
  );
  await eventually(
    "its device is gone",
    () => !deviceNames(web.namespace).includes("eth0") || undefined,
  );
  assert.deepEqual(await neighbours(network, "left"), []);
  assert.deepEqual(await neighbours(network, "web"), ["right"]);
  // The way to the world goes through the network that is left.
  await network.exec("web", "ping", "-c1", "-W5", OUTSIDE[4]);
  const again = await network.tsdocker("network", "disconnect", "one", "web");
  assert.equal(again.code, 1);
  assert.match(again.stderr, /is not connected/);
  // What it is connected to is kept when it starts again.
  await network.print("restart", "-t", "0", "web");
  assert.equal(network.addressOf(await network.look("web")), "10.6.0.9");
  await network.exec("web", "ping", "-c1", "-W5", INTRUDER[4]);
  await network.remove("web", "left", "right");
});
